"""Facts: what is well-formed, said at the field, and the schema that says the same."""

from datetime import date

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from programs.document import TEXT_KEYS
from programs.facts import (
    CLAIM_KINDS,
    VOCABULARY,
    Fact,
    FactType,
    item_group,
    json_schema,
    validate,
)
from programs.facts.derived import full_months, paid_hours_a_month
from tests.programs.dossiers import CARE_WORKER, KOTRA

ON = date(2026, 11, 23)


def problems(facts, **kwargs):
    return [problem.path for problem in validate(facts, **kwargs)]


def test_nothing_is_known_and_that_is_well_formed():
    assert validate({}) == []
    assert validate(KOTRA) == []
    assert validate(CARE_WORKER) == []


@pytest.mark.parametrize(
    ("facts", "path"),
    [
        ([], ""),
        ({"nonsense": {}}, "nonsense"),
        ({"candidate": []}, "candidate"),
        ({"candidate": {"height": 180}}, "candidate.height"),
        ({"candidate": {"age": 30}}, "candidate.age"),
        ({"candidate": {"nationality": "Vietnam"}}, "candidate.nationality"),
        ({"candidate": {"nationality": "ZZZ"}}, "candidate.nationality"),
        ({"candidate": {"birth_date": "1994-02-30"}}, "candidate.birth_date"),
        ({"candidate": {"birth_date": "94-02-03"}}, "candidate.birth_date"),
        ({"candidate": {"birth_date": "1899-12-31"}}, "candidate.birth_date"),
        ({"candidate": {"birth_date": "2101-01-01"}}, "candidate.birth_date"),
        ({"candidate": {"birth_date": "1994-03-02T00:00"}}, "candidate.birth_date"),
        ({"candidate": {"birth_date": None}}, "candidate.birth_date"),
        ({"candidate": {"in_korea": 1}}, "candidate.in_korea"),
        ({"candidate": {"in_korea": "yes"}}, "candidate.in_korea"),
        ({"job": {"annual_pay": -1}}, "job.annual_pay"),
        ({"job": {"annual_pay": 3.5}}, "job.annual_pay"),
        ({"job": {"annual_pay": True}}, "job.annual_pay"),
        ({"job": {"annual_pay": "31120000"}}, "job.annual_pay"),
        ({"job": {"annual_pay": 10**15}}, "job.annual_pay"),
        ({"job": {"weekly_hours": 0}}, "job.weekly_hours"),
        ({"job": {"occupation": "22\x0023"}}, "job.occupation"),
        ({"job": {"occupation": ""}}, "job.occupation"),
        ({"job": {"occupation": "2" * 65}}, "job.occupation"),
        ({"job": {"title": "\ud800"}}, "job.title"),
        ({"job": {"from": "2026-02-02", "to": "2026-02-01"}}, "job.to"),
        ({"degrees": {}}, "degrees"),
        ({"degrees": None}, "degrees"),
        ({"degrees": ["master"]}, "degrees[0]"),
        ({"degrees": [{}, {"level": "Master"}]}, "degrees[1].level"),
        ({"careers": [{"share": 0}]}, "careers[0].share"),
        ({"careers": [{"share": 101}]}, "careers[0].share"),
        ({"careers": [{"from": "2026-02-02", "to": "2026-02-01"}]}, "careers[0].to"),
        ({"careers": [{}] * 201}, "careers"),
        ({"languages": [{"test": "jlpt"}]}, "languages[0].test"),
    ],
)
def test_each_mistake_is_said_at_its_field(facts, path):
    (problem,) = validate(facts)
    assert problem.path == path
    assert problem.sentence.endswith((".", "KOR", "doctor", "provincial"))


def test_every_mistake_is_said_at_once():
    facts = {
        "candidate": {"in_korea": "no", "birth_date": "x"},
        "careers": [{"from": 1, "to": "2020-01-01"}, {"nonsense": 1}],
    }
    assert problems(facts) == [
        "candidate.in_korea",
        "candidate.birth_date",
        "careers[0].from",
        "careers[1].nonsense",
    ]


def test_a_birth_after_the_day_of_evaluation():
    facts = {"candidate": {"birth_date": "2026-11-24"}}
    assert problems(facts) == []
    assert problems(facts, on=ON) == ["candidate.birth_date"]
    assert problems({"candidate": {"birth_date": "2026-11-23"}}, on=ON) == []


def test_null_says_something_only_where_it_may():
    assert validate({"careers": [{"from": "2020-01-01", "to": None}], "job": {"to": None}}) == []
    assert problems({"careers": [{"from": None}]}) == ["careers[0].from"]


def test_a_programme_may_ask_its_own():
    own = (Fact("pledge", FactType.YES_NO, "pledge"),)
    assert validate({"own": {"pledge": True}}, vocabulary=VOCABULARY.extended(own)) == []
    assert problems({"own": {"pledge": 1}}, vocabulary=VOCABULARY.extended(own)) == ["own.pledge"]
    assert problems({"own": {"pledge": True}}) == ["own"]


def test_every_claim_fills_a_group():
    known = {*VOCABULARY.by_name, "own"}
    assert {item_group(kind).name for kind in CLAIM_KINDS} == known
    assert not item_group("employer").many
    assert item_group("career").many


def test_no_fact_is_named_like_the_words_that_rules_may_correct():
    """A `where` names facts as keys, and the rules' hash leaves out keys that are words."""
    names = {fact.name for group in VOCABULARY.groups for fact in group.facts}
    assert names & TEXT_KEYS == set()


# --- the schema --------------------------------------------------------------------------
def test_the_schema_is_a_schema_and_accepts_what_is_well_formed():
    schema = json_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    for facts in ({}, KOTRA, CARE_WORKER):
        jsonschema.validate(facts, schema)


VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 200),
    st.sampled_from(["2026-01-01", "KOR", "master", "topik", "", "x", "2223"]),
    st.floats(),
)


@given(
    st.sampled_from([(group, fact) for group in VOCABULARY.groups for fact in group.facts]),
    VALUES,
)
def test_what_the_schema_refuses_is_refused(where, value):
    """The schema may let pass what only a calendar knows, never the other way round."""
    group, fact = where
    item = {fact.name: value}
    facts = {group.name: [item] if group.many else item}
    by_schema = not list(jsonschema.Draft202012Validator(json_schema()).iter_errors(facts))
    # JSON Schema takes 2.0 for an integer; Python's JSON reader does not make one of it.
    if isinstance(value, float):
        by_schema = False
    if not validate(facts):
        assert by_schema


# --- derived -----------------------------------------------------------------------------
def test_paid_hours_of_a_month():
    assert [paid_hours_a_month(hours) for hours in (20, 35, 40, 45, 52)] == [
        104,
        183,
        209,
        230,
        261,
    ]


@pytest.mark.parametrize(
    ("first", "last", "months"),
    [
        ("2026-08-23", "2026-11-23", 3),
        ("2026-08-24", "2026-11-23", 2),
        ("2026-01-31", "2026-02-28", 1),
        ("2024-02-29", "2025-02-28", 12),
        ("2024-02-29", "2025-02-27", 11),
        ("2026-11-24", "2026-11-23", -1),
    ],
)
def test_full_months(first, last, months):
    assert full_months(date.fromisoformat(first), date.fromisoformat(last)) == months
