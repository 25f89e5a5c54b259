"""What a change takes: at once, with time, or never; and which ways are told."""

import pytest

from tests.programs.rulebook import judged

FACTS = {
    "candidate": {
        "birth_date": "1980-01-01",
        "nationality": "VNM",
        "in_korea": True,
        "current_employer_since": "2026-01-01",
    },
    "job": {"annual_pay": 10, "from": "2026-12-01", "to": "2027-11-30"},
    "employer": {
        "insured_nationals": 5,
        "foreign_workers": 5,
        "tax_arrears": True,
        "registered_on": "2026-11-01",
    },
    "degrees": [],
    "careers": [],
    "languages": [],
    "incomes": [{"year": 2025, "amount": 10}],
    "penalties": [{"kind": "fine", "on": "2026-01-01", "amount": 10}],
    "recommendations": [],
}
FINE = {"has": "penalties", "where": {"kind": "fine"}}
RECENT = {"has": "penalties", "where": {"on": {"within": {"years": 3}}}}
NATIONALS = "employer.insured_nationals"


@pytest.mark.parametrize(
    ("rule", "change"),
    [
        ({"fact": "job.annual_pay", "at_least": 11}, "now"),
        ({"fact": "employer.tax_arrears", "is": False}, "now"),
        ({"fact": "job.months", "at_least": 24}, "now"),
        ({"fact": "candidate.nationality", "is": "THA"}, "never"),
        ({"fact": "candidate.birth_date", "not_before": "1990-01-01"}, "never"),
        ({"fact": "candidate.age", "at_least": 50}, "later"),
        ({"fact": "candidate.age", "at_most": 40}, "never"),
        ({"fact": "candidate.age", "at_least": 20, "at_most": 40}, "never"),
        ({"not": {"fact": "candidate.age", "at_least": 40}}, "never"),
        ({"not": {"fact": "candidate.age", "at_most": 50}}, "later"),
        ({"fact": "employer.months_registered", "at_least": 3}, "later"),
        ({"fact": "employer.registered_on", "before": {"months": 3}}, "later"),
        ({"fact": "candidate.current_employer_since", "before": {"years": 1}}, "later"),
        ({"has": "degrees"}, "later"),
        ({"has": "languages", "where": {"test": "topik", "level": {"at_least": 2}}}, "later"),
        ({"has": "recommendations"}, "now"),
        ({"not": FINE}, "never"),
        ({"not": RECENT}, "later"),
        ({"experience": {"years": 1}}, "later"),
        ({"headcount": "employer.foreign_workers", "adding": 1,
          "at_most": {"percent": 20, "of": NATIONALS, "rounding": "down"}}, "later"),
        ({"number": NATIONALS, "at_least": 6}, "later"),
        ({"number": "job.annual_pay", "at_least": {"percent": 200, "of": 10, "rounding": "up"}},
         "now"),
        ({"number": {"sum": "incomes.amount"}, "at_least": 11}, "later"),
        ({"number": {"sum": "incomes.amount"}, "less_than": 10}, "never"),
        ({"number": {"count": "penalties"}, "less_than": 1}, "never"),
        ({"number": {"smallest": "incomes.amount"}, "at_most": 9}, "later"),
        ({"number": {"smallest": "incomes.amount"}, "at_least": 11}, "never"),
        ({"number": {"average": "incomes.amount"}, "less_than": 10}, "later"),
        ({"number": {"smallest": "degrees.institution_rank"}, "at_most": 100}, "later"),
        ({"number": {"count": "penalties", "where": RECENT["where"]}, "less_than": 1}, "later"),
        ({"number": {"minus": [NATIONALS, {"count": "penalties"}]}, "at_least": 9}, "later"),
        ({"number": {"minus": ["job.annual_pay", {"count": "penalties"}]}, "at_least": 10}, "now"),
        ({"number": {"experience": {}}, "at_least": 30}, "later"),
        ({"number": {"days_since": "job.from"}, "at_least": 1}, "later"),
        ({"number": {"days_since": "candidate.birth_date"}, "less_than": 1}, "never"),
        ({"number": {"times": 2, "of": "job.annual_pay"}, "at_least": 21}, "now"),
        ({"number": 3, "at_least": 4}, "never"),
    ],
)  # fmt: skip
def test_what_a_change_takes(rule, change):
    ((leaf,),) = judged(rule, FACTS).ways
    assert leaf["change"] == change


def test_what_is_unknown_only_has_to_be_said():
    ((leaf,),) = judged({"fact": "candidate.nationality", "is": "THA"}, {}).ways
    assert leaf["change"] == "now"
    figure = {"fact": "job.annual_pay", "at_least": {"figure": "nowhere"}}
    ((leaf,),) = judged(figure, FACTS).ways
    assert leaf["change"] == "later"


def coded(code, rule):
    return {"code": code, **rule}


NEVER = coded("never", {"fact": "candidate.nationality", "is": "THA"})
LATER = coded("later", {"has": "degrees"})
NOW = coded("now", {"fact": "job.annual_pay", "at_least": 11})
ALSO = coded("also", {"fact": "employer.tax_arrears", "is": False})


def told(rule):
    return [[leaf["code"] for leaf in way] for way in judged(rule, FACTS).ways]


def test_the_impossible_is_told_only_where_nothing_else_helps():
    assert told({"any_of": [NEVER, LATER]}) == [["later"]]
    assert told({"any_of": [NEVER, {"all_of": [NOW, ALSO, LATER]}]}) == [["now", "also", "later"]]
    assert told({"all_of": [NEVER, NOW]}) == [["never", "now"]]
    assert told(NEVER) == [["never"]]


def test_the_easier_of_two_ways_of_one_size_comes_first():
    assert told({"any_of": [LATER, NOW]}) == [["now"], ["later"]]


def test_a_rule_that_may_not_apply_is_asked_about():
    """Nobody has said the size; a firm that is not large has nothing to change."""
    large = coded("large", {"fact": "employer.size", "is": "large"})
    rule = {"when": large, "then": NOW}
    assert told(rule) == [["large"], ["now"]]
    known = {**FACTS, "employer": {**FACTS["employer"], "size": "large"}}
    assert [[leaf["code"] for leaf in way] for way in judged(rule, known).ways] == [["now"]]
