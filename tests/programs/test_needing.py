"""What the rules' answer rests on, of the facts that nobody has verified yet."""

from datetime import date
from itertools import combinations

import pytest

from programs.rules import truth_of
from programs.rules.needing import Part, needed, reads, without
from tests.programs.dossiers import shipped
from tests.programs.people import PAIRS
from tests.programs.rulebook import ON, rules
from tests.programs.test_people import known as known_to

DEGREE = {"has": "degrees", "where": {"level": {"at_least": "bachelor"}}}
WORKED = {"experience": {"years": 5, "where": {"related": {"is": True}}}}
PAID = {"fact": "job.annual_pay", "at_least": 1}
BACHELOR = {"level": "bachelor", "awarded_on": "2015-02-20"}
LONG = {"from": "2015-01-01", "to": "2020-12-31", "share": 100, "related": True}


def parts(facts):
    """One for every item of a list, one for every other fact."""
    found = []
    for group, value in facts.items():
        if isinstance(value, list):
            found += [Part(f"{group}[{index}]", group, index) for index in range(len(value))]
        else:
            found += [Part(f"{group}.{name}", group, names=frozenset({name})) for name in value]
    return found


def rests_on(rule, facts, *, open_=None, **sections):
    every = parts(facts)
    left = every if open_ is None else [part for part in every if part.key in open_]
    return sorted(needed(rules(rule, **sections), facts, left, on=ON))


def test_a_route_that_is_met_needs_no_other():
    facts = {"job": {"annual_pay": 5}, "degrees": [BACHELOR], "careers": [LONG, LONG]}
    rule = {"all_of": [PAID, {"any_of": [WORKED, DEGREE]}]}
    # The degree is less to check than two careers.
    assert rests_on(rule, facts) == ["degrees[0]", "job.annual_pay"]
    assert rests_on(rule, facts, open_={"degrees[0]"}) == []


def test_an_unmet_answer_rests_on_all_that_its_rules_read():
    facts = {"job": {"annual_pay": 0}, "degrees": [BACHELOR], "careers": [LONG], "languages": [{}]}
    rule = {"all_of": [PAID, {"any_of": [WORKED, DEGREE]}]}
    assert rests_on(rule, facts) == ["careers[0]", "degrees[0]", "job.annual_pay"]


def test_one_item_is_enough_where_one_is_asked_for():
    low = {"level": "associate", "awarded_on": "2010-02-20"}
    facts = {"degrees": [low, BACHELOR, BACHELOR]}
    assert rests_on(DEGREE, facts) == ["degrees[1]"]
    assert rests_on(DEGREE, facts, open_={"degrees[0]", "degrees[1]"}) == []


def test_work_that_is_not_related_need_not_be_verified():
    other = {**LONG, "related": False}
    assert rests_on(WORKED, {"careers": [other, LONG]}) == ["careers[1]"]


def test_what_must_not_be_is_verified_item_by_item():
    """Leaving an entry out would help: absence of proof proves nothing here."""
    rule = {"not": {"has": "penalties", "where": {"kind": {"is": "immigration"}}}}
    facts = {"penalties": [{"kind": "fine", "on": "2020-01-01"}]}
    requirements = rules({**rule, "text": {"ko": "규칙", "en": "rule"}})
    found = needed(requirements, facts, parts(facts), on=ON)
    assert found == {"penalties[0]"}


def test_a_rule_that_does_not_apply_needs_what_says_so():
    rule = {"when": {"fact": "job.annual_pay", "at_least": 10}, "then": DEGREE}
    assert rests_on(rule, {"job": {"annual_pay": 5}, "degrees": []}) == ["job.annual_pay"]
    # It is met either way: then the degree alone will do.
    facts = {"job": {"annual_pay": 50}, "degrees": [BACHELOR]}
    assert rests_on(rule, facts) == ["degrees[0]"]


def test_a_number_that_a_list_tells_needs_the_list():
    rule = {"fact": "employer.insured_nationals", "at_least": 5}
    told = {"employer": {}, "headcounts": [{"on": "2026-10-01", "nationals": 7}]}
    assert rests_on(rule, told) == ["headcounts[0]"]
    stated = {**told, "employer": {"insured_nationals": 7}}
    assert rests_on(rule, stated) == ["employer.insured_nationals"]


def test_what_is_derived_is_read_off_its_sources():
    assert set(reads(rules({"fact": "candidate.age", "at_least": 18}).root, rules())) == {
        "candidate.birth_date"
    }


@pytest.mark.parametrize("pair", PAIRS, ids=str)
def test_what_is_needed_is_enough(pair):
    """Whatever is open: with the needed parts closed and all others gone, the answer stands."""
    requirements = shipped(pair.programme, pair.labels[-1]).requirements
    known = known_to(pair)
    every = [part for part in parts(pair.facts) if part.index is not None]
    root = requirements.root
    for count in (1, 2, len(every)):
        for open_ in combinations(every, count):
            rest = needed(requirements, pair.facts, open_, on=pair.on, figures=known)
            left = without(pair.facts, [part for part in open_ if part.key not in rest])
            assert (
                truth_of(root, left, on=pair.on, requirements=requirements, figures=known) is True
            ), (open_, rest)


def test_nothing_is_asked_that_is_not_needed():
    """With what is needed gone, the answer no longer stands: on one route with one way."""
    facts = {"degrees": [BACHELOR], "careers": [LONG]}
    requirements = rules({"all_of": [DEGREE, WORKED]})
    for key in needed(requirements, facts, parts(facts), on=ON):
        gone = without(facts, [part for part in parts(facts) if part.key == key])
        assert truth_of(requirements.root, gone, on=ON, requirements=requirements) is not True


def test_the_day_counts():
    rule = {"fact": "job.from", "not_before": "2026-01-01"}
    facts = {"job": {"from": "2026-12-01"}}
    requirements = rules(rule)
    assert needed(requirements, facts, parts(facts), on=date(2026, 12, 24)) == {"job.from"}
