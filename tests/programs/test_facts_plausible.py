"""Facts that contradict one another, what the lists of an employer count, and notes."""

from datetime import date

import pytest
from django.utils import translation

from programs.facts import derive, notes, validate
from programs.facts.derived import contract_months, counted_employer
from programs.facts.vocabulary import ENDLESS_MONTHS, VOCABULARY
from programs.manifest import Alias, Occupation, RefusedOccupation
from programs.rules.nodes import AllOf, Requirements
from programs.sourcing import NOTHING, Sourced, Text
from tests.programs.dossiers import shipped

ON = date(2026, 11, 23)
BORN = {"candidate": {"birth_date": "1994-03-02"}}


def occupation(code, name, former=None):
    aliases = (Alias(former, "moj-former"),) if former else ()
    return Occupation(code, "moj-2026", Text(name, name), "E-7-1", aliases)


# Codes as the visa manual prints them, with the numbers it calls former.
RULES = Requirements(
    AllOf(NOTHING, Sourced(), "", ()),
    VOCABULARY,
    occupations=(
        occupation("2223", "Application software developer"),
        occupation("2224", "Web developer", "2228"),
        occupation("2231", "Data specialist", "2224"),
        occupation("2341", "Electrical engineer", "2351"),
        occupation("2342", "Electronics engineer", "2352"),
        occupation("2352", "Robotics specialist"),
    ),
    named={"job.technology_field": {"it": Text("IT", "IT")}},
    refused=(
        RefusedOccupation(
            "2351", "moj-2026", Text("Mechanical engineer", "Mechanical engineer"), NOTHING,
            Sourced(),
        ),
    ),
)  # fmt: skip


def paths(facts, **kwargs):
    return [problem.path for problem in validate(facts, **kwargs)]


# --- what cannot be ----------------------------------------------------------------------
@pytest.mark.parametrize(
    ("facts", "path"),
    [
        ({"degrees": [{"awarded_on": "1994-03-01"}]}, "degrees[0].awarded_on"),
        ({"careers": [{"from": "1994-03-01", "to": None}]}, "careers[0].from"),
        ({"statuses": [{}, {"from": "1990-01-01"}]}, "statuses[1].from"),
        ({"licences": [{"awarded_on": "1980-01-01"}]}, "licences[0].awarded_on"),
        ({"incomes": [{"year": 1993, "amount": 1}]}, "incomes[0].year"),
        ({"penalties": [{"on": "1993-12-31"}]}, "penalties[0].on"),
    ],
)
def test_nothing_happens_before_birth(facts, path):
    assert paths(facts | BORN) == [path]
    assert paths(facts) == []


def test_the_day_of_birth_itself_is_not_before_it():
    assert paths({"careers": [{"from": "1994-03-02"}]} | BORN) == []
    assert paths({"employer": {"registered_on": "1950-01-01"}} | BORN) == []


@pytest.mark.parametrize(
    ("group", "name"),
    [
        ("languages", "taken_on"),
        ("licences", "awarded_on"),
        ("trainings", "completed_on"),
        ("penalties", "on"),
        ("achievements", "on"),
        ("recommendations", "on"),
    ],
)
def test_what_has_happened_does_not_lie_ahead(group, name):
    tomorrow = {group: [{}, {name: "2026-11-24"}]}
    assert paths(tomorrow, on=ON) == [f"{group}[1].{name}"]
    assert paths(tomorrow) == []
    assert paths({group: [{name: "2026-11-23"}]}, on=ON) == []


def test_an_income_of_a_year_to_come():
    assert paths({"incomes": [{"year": 2027}]}, on=ON) == ["incomes[0].year"]
    assert paths({"incomes": [{"year": 2026}]}, on=ON) == []


def test_a_degree_may_be_expected():
    assert paths({"degrees": [{"awarded_on": "2027-02-20"}]}, on=ON) == []


def status(first, last, code="E-9"):
    return {"code": code, "from": first, "to": last}


@pytest.mark.parametrize(
    ("statuses", "found"),
    [
        ([status("2020-01-01", "2020-12-31"), status("2021-01-01", None)], []),
        # A change of status is one day: the old one ends on it, the new one begins.
        ([status("2020-01-01", "2021-01-01"), status("2021-01-01", None)], []),
        ([status("2020-01-01", "2021-01-02"), status("2021-01-01", None)], ["statuses[1].from"]),
        ([status("2021-01-01", None), status("2020-01-01", "2021-01-02")], ["statuses[0].from"]),
        (
            [
                status("2020-01-01", "2020-12-31"),
                status("2020-02-01", "2020-02-10"),
                status("2020-03-01", "2020-03-10"),
            ],
            ["statuses[1].from", "statuses[2].from"],
        ),
        ([{"code": "E-9", "from": "2020-01-01"}, status("2020-01-02", None)], []),
    ],
)
def test_one_status_at_a_time(statuses, found):
    assert paths({"statuses": statuses}) == found


def test_a_licence_does_not_expire_before_it_is_awarded():
    licence = {"awarded_on": "2020-02-02", "valid_until": "2020-02-01"}
    assert paths({"licences": [licence]}) == ["licences[0].valid_until"]


def test_every_contradiction_is_a_sentence():
    facts = {
        "candidate": {"birth_date": "2026-11-24"},
        "employer": {"insured_nationals": 4},
        "statuses": [status("2020-01-01", None), status("2021-01-01", None)],
        "headcounts": [{"on": "2026-01-01", "nationals": 5}],
        "incomes": [{"year": 2030}],
        "languages": [{"taken_on": "2030-01-01"}],
    }
    found = validate(facts, on=ON)
    assert {problem.path for problem in found} >= {
        "candidate.birth_date",
        "employer.insured_nationals",
        "statuses[1].from",
        "incomes[0].year",
        "languages[0].taken_on",
    }
    assert all(problem.sentence.endswith(".") for problem in found)


# --- contracts ---------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("first", "last", "months"),
    [
        ("2026-12-01", "2027-11-30", 12),
        ("2026-12-01", "2027-11-29", 11),
        ("2026-03-10", "2029-03-09", 36),
        ("2024-02-29", "2027-02-28", 36),
        ("2024-02-29", "2027-02-27", 35),
        ("2026-01-31", "2026-02-28", 1),
        ("2026-01-31", "2026-02-27", 0),
        ("2026-12-01", "2026-12-01", 0),
        ("2026-12-01", None, ENDLESS_MONTHS),
    ],
)
def test_full_months_of_a_contract(first, last, months):
    assert contract_months(first, last) == months


# --- counts of the employer --------------------------------------------------------------
COUNTS = [
    {"on": "2026-06-30", "nationals": 7, "regular": 9},
    {"on": "2026-11-23", "nationals": 8},
    {"on": "2026-11-24", "nationals": 99, "regular": 99},
]


def test_the_newest_count_on_the_day_fills_what_is_not_stated():
    assert counted_employer({"headcounts": COUNTS}, on=ON) == {"insured_nationals": 8}
    july = counted_employer({"headcounts": COUNTS}, on=date(2026, 7, 1))
    assert july == {"insured_nationals": 7, "regular_workers": 9}
    assert counted_employer({"headcounts": COUNTS}, on=date(2026, 6, 29)) == {}


def test_a_count_without_its_day_may_be_the_newest():
    assert counted_employer({"headcounts": [*COUNTS, {"nationals": 3}]}, on=ON) == {}


@pytest.mark.parametrize(
    ("foreigners", "people"),
    [
        ([], 0),
        ([{"status": "E-7-1", "people": 2}, {"status": "E-1", "people": 1}], 3),
        ([{"status": "E-6-1", "people": 2}, {"status": "E-7-3", "people": 1}], 3),
        ([{"status": one, "people": 5} for one in (
            "E-7-4", "E-8", "E-9", "E-10", "E-10-2", "H-2", "F-2", "F-4", "F-5", "F-6-1")], 0),
        ([{"status": "E-9"}], 0),
        ([{"status": "E-7-1"}], None),
        ([{"people": 1}], None),
        ([{"status": "E-7", "people": 1}], None),
    ],
)  # fmt: skip
def test_which_foreigners_count(foreigners, people):
    found = counted_employer({"foreigners": foreigners}, on=ON)
    assert found.get("foreign_workers") == people


def test_what_is_stated_is_not_overwritten_and_must_agree():
    facts = {"employer": {"insured_nationals": 8}, "headcounts": COUNTS}
    assert validate(facts, on=ON) == []
    facts["employer"]["insured_nationals"] = 7
    assert paths(facts, on=ON) == ["employer.insured_nationals"]
    assert paths({"employer": {"foreign_workers": 1}, "foreigners": []}) == [
        "employer.foreign_workers"
    ]
    derived = derive(facts, on=ON, occupations=RULES)
    assert derived["employer"]["insured_nationals"] == 7


def test_the_rules_see_what_the_lists_count():
    facts = {"headcounts": COUNTS, "foreigners": [], "job": {"from": "2026-12-01", "to": None}}
    found = derive(facts, on=ON, occupations=RULES)
    assert found["employer"] == {"insured_nationals": 8, "foreign_workers": 0}
    assert found["job"]["months"] == ENDLESS_MONTHS


@pytest.mark.parametrize("broken", [{"on": "x"}, {"on": 3}, {"nationals": "8"}, "x"])
def test_broken_counts_are_said_once(broken):
    facts = {"employer": {"insured_nationals": 1}, "headcounts": [broken]}
    assert len(validate(facts, on=ON)) == 1


# --- notes -------------------------------------------------------------------------------
def said(**facts):
    with translation.override("ko"):
        return [(note.path, note.sentence) for note in notes(facts, RULES)]


@pytest.mark.parametrize(
    ("job", "words"),
    [
        ({"occupation": "2224"}, ("Web developer", "Data specialist", "2231")),
        ({"occupation": "2352"}, ("Robotics specialist", "Electronics engineer", "2342")),
        ({"occupation": "2351"}, ("Mechanical engineer", "Electrical engineer", "2341")),
        ({"occupation": "2224", "occupation_edition": "moj-former"}, ("Data specialist", "2231")),
        ({"occupation": "2228"}, ("Web developer", "2224")),
    ],
)
def test_a_code_of_two_editions_is_explained(job, words):
    ((path, sentence),) = said(job=job)
    assert path == "job.occupation"
    for word in words:
        assert word in sentence


@pytest.mark.parametrize(
    "job",
    [{}, {"occupation": "2223"}, {"occupation": "2223", "occupation_edition": "moj-2026"}],
)
def test_a_code_of_one_meaning_needs_no_note(job):
    assert said(job=job) == []
    assert said() == []


@pytest.mark.parametrize(
    ("job", "path"),
    [
        ({"occupation": "9999"}, "job.occupation"),
        ({"occupation": "2223", "occupation_edition": "moj-1999"}, "job.occupation"),
        ({"technology_field": "finance"}, "job.technology_field"),
    ],
)
def test_a_code_that_the_programme_does_not_know(job, path):
    ((where, sentence),) = said(job=job)
    assert where == path
    assert "없는 코드" in sentence


def work(first, last, share=100):
    return {"from": first, "to": last, "share": share}


@pytest.mark.parametrize(
    ("careers", "found"),
    [
        ([work("2020-01-01", "2020-06-30"), work("2020-07-01", None)], []),
        ([work("2020-01-01", "2020-07-01"), work("2020-07-01", None)], ["careers[1].from"]),
        ([work("2020-01-01", None, 50), work("2020-07-01", None, 50)], []),
        ([work("2020-01-01", None, 50), work("2020-07-01", None, 51)], ["careers[1].from"]),
        ([{}, work("2020-01-01", None), work("2020-02-01", None)], ["careers[2].from"]),
    ],
)
def test_two_jobs_at_once_count_once(careers, found):
    assert [path for path, _sentence in said(careers=careers)] == found


def test_a_year_that_an_average_misses_is_told():
    """One year of two counts as half; saying nothing, or both, needs no note."""
    e74 = shipped("e-7-4").requirements

    def told(incomes):
        return [note.path for note in notes({"incomes": incomes}, e74)]

    one = {"year": 2025, "amount": 31_000_000}
    assert told([one]) == ["incomes[0].amount"]
    assert told([one, one]) == ["incomes[0].amount"]
    assert told([one, {**one, "year": 2024}]) == []
    assert told([]) == []
    assert notes({"incomes": [one]}, RULES) == []
