"""Numbers that rules compare: each measure at its edge, one less, and unknown."""

import json
from datetime import date, timedelta
from itertools import product

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from programs.figures import NO_FIGURES, Figures, FigureValue
from programs.rules.judge import Judge
from programs.rules.measuring import measured
from tests.programs.rulebook import ON, F, T, U, judged, problems, rules, truth

NATIONALS, FOREIGNERS = "employer.insured_nationals", "employer.foreign_workers"


def number(measure, **asked):
    return {"number": measure, **asked}


def firm(**employer):
    return {"employer": employer}


# --- comparisons -------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("asked", "seen", "expected"),
    [
        ({"at_least": 5}, 5, T),
        ({"at_least": 5}, 4, F),
        ({"at_most": 5}, 5, T),
        ({"at_most": 5}, 6, F),
        ({"more_than": 5}, 6, T),
        ({"more_than": 5}, 5, F),
        ({"less_than": 5}, 4, T),
        ({"less_than": 5}, 5, F),
        ({"is": 5}, 5, T),
        ({"is": 5}, 4, F),
        ({"at_least": 3, "at_most": 5}, 4, T),
        ({"at_least": 3, "at_most": 5}, 6, F),
    ],
)
def test_a_fact_against_a_number(asked, seen, expected):
    rule = rules(number(NATIONALS, **asked))
    assert truth(rule, firm(insured_nationals=seen)) is expected
    assert truth(rule, {}) is U


def test_one_fact_against_another():
    rule = rules(number(FOREIGNERS, at_most=NATIONALS))
    assert truth(rule, firm(foreign_workers=3, insured_nationals=3)) is T
    assert truth(rule, firm(foreign_workers=4, insured_nationals=3)) is F
    found = judged(rule, firm(foreign_workers=4))
    assert (found.verdict, found.needs) == ("undecided", [NATIONALS])


def test_what_no_number_of_people_can_change_is_settled():
    assert truth(number(NATIONALS, at_most=1_000_000), {}) is T
    assert truth(number(NATIONALS, more_than=1_000_000), {}) is F


SINCE = {"days_since": "employer.registered_on"}


@pytest.mark.parametrize(
    ("day", "days"),
    [
        (ON, 0),
        (ON - timedelta(days=1), 1),
        (ON - timedelta(days=366), 366),
        (ON + timedelta(days=1), 0),
    ],
)
def test_days_since_a_date(day, days):
    facts = firm(registered_on=day.isoformat())
    assert truth(number(SINCE, **{"is": days}), facts) is T
    assert truth(number(SINCE, at_least=days + 1), facts) is F


def test_days_since_a_date_that_nobody_stated():
    assert truth(number(SINCE, at_least=0), {}) is T
    found = judged(number(SINCE, at_least=1), {})
    assert (found.verdict, found.needs) == ("undecided", ["employer.registered_on"])
    assert truth(number({"days_since": "job.to"}, **{"is": 0}), {"job": {"to": None}}) is T


@pytest.mark.parametrize(
    ("measure", "said"),
    [
        ({"days_since": "employer.insured_nationals"}, "a number, `employer.insured_nationals`"),
        ({"days_since": "employer.born"}, "unknown fact `employer.born`"),
        ({"times": 2}, "`of`"),
        ({"times": -1, "of": NATIONALS}, "-1"),
        ({"times": 2, "of": {"points": "total"}}, "points"),
    ],
)
def test_what_is_wrong_with_days_and_times(measure, said):
    assert any(said in one for one in problems(number(measure, at_least=1)))


def test_so_many_times_a_measure():
    times = {"times": 12, "of": "job.monthly_pay"}
    rule = rules(number("job.annual_pay", at_least=times))
    assert truth(rule, {"job": {"annual_pay": 24, "monthly_pay": 2}}) is T
    assert truth(rule, {"job": {"annual_pay": 23, "monthly_pay": 2}}) is F
    found = judged(rule, {"job": {"annual_pay": 23}})
    assert (found.verdict, found.needs) == ("undecided", ["job.monthly_pay"])
    none = {"times": 0, "of": "job.monthly_pay"}
    assert truth(number(none, **{"is": 0}), {}) is T
    assert truth(number({"times": 3, "of": {"plus": [NATIONALS, 1]}}, at_least=3), {}) is T


# --- lists -------------------------------------------------------------------------------
def incomes(*amounts):
    return {"incomes": [{"year": 2025 - n, "amount": amount} for n, amount in enumerate(amounts)]}


@pytest.mark.parametrize(
    ("measure", "value"),
    [
        ({"sum": "incomes.amount"}, 9),
        ({"largest": "incomes.amount"}, 5),
        ({"average": "incomes.amount"}, 3),
        ({"count": "incomes"}, 3),
        ({"count": "incomes", "where": {"amount": {"more_than": 1}}}, 2),
        ({"sum": "incomes.amount", "where": {"year": {"at_least": 2024}}}, 8),
        ({"average": "incomes.amount", "newest": 2, "by": "year"}, 4),
        ({"average": "incomes.amount", "newest": 4, "by": "year"}, 2),
    ],
)
def test_what_a_list_gives(measure, value):
    assert truth(number(measure, **{"is": value}), incomes(5, 3, 1)) is T
    assert truth(number(measure, at_least=value + 1), incomes(5, 3, 1)) is F
    assert truth(number(measure, at_least=1), {"incomes": []}) is F
    outcome = judged(number(measure, at_least=1), {})
    assert (outcome.verdict, outcome.needs) == ("undecided", ["incomes"])


RANK = {"smallest": "degrees.institution_rank", "where": {"level": {"at_least": "master"}}}


@pytest.mark.parametrize(
    ("degrees", "expected"),
    [
        ([], F),
        ([("master", 100)], T),
        ([("master", 101)], F),
        ([("bachelor", 1)], F),
        ([("master", 300), ("doctor", 40)], T),
        ([("master", None)], U),
        ([("master", None), ("doctor", 40)], T),
    ],
)
def test_nothing_has_no_rank(degrees, expected):
    facts = {
        "degrees": [
            {"level": level, "awarded_on": "2020-01-01"}
            | ({} if rank is None else {"institution_rank": rank})
            for level, rank in degrees
        ]
    }
    rule = rules(number(RANK, at_most=100))
    assert truth(rule, facts) is expected
    both = {"minus": [RANK, {"smallest": "incomes.amount"}]}
    assert truth(number(both, at_least=0), {"degrees": [], "incomes": []}) is U


def test_the_smallest():
    rule = rules(number({"smallest": "incomes.amount"}, **{"is": 1}))
    assert truth(rule, incomes(5, 3, 1)) is T
    assert truth(rule, incomes(5, 3)) is F


def test_an_average_is_rounded_down():
    measure = {"average": "incomes.amount", "newest": 2, "by": "year"}
    at_the_floor = incomes(25_000_000, 25_000_000)
    one_won_less = incomes(25_000_000, 24_999_999)
    rule = rules(number(measure, at_least=25_000_000))
    assert truth(rule, at_the_floor) is T
    assert truth(rule, one_won_less) is F
    assert judged(rule, one_won_less).tree["observed"]["least"] == 24_999_999


def test_a_missing_year_counts_nothing():
    measure = {"average": "incomes.amount", "newest": 2, "by": "year"}
    assert truth(number(measure, **{"is": 25}), incomes(50)) is T


def test_two_incomes_of_one_year_are_one():
    measure = {"average": "incomes.amount", "newest": 2, "by": "year"}
    facts = {
        "incomes": [
            {"year": 2025, "amount": 20},
            {"year": 2024, "amount": 24},
            {"year": 2025, "amount": 6},
        ]
    }
    assert truth(number(measure, **{"is": 25}), facts) is T


def test_an_item_that_may_count_makes_an_interval():
    rule = rules(number({"sum": "incomes.amount", "where": {"year": 2025}}, at_least=10))
    known = {"year": 2025, "amount": 4}
    open_ = {"amount": 6}
    found = judged(rule, {"incomes": [known, open_]})
    assert (found.verdict, found.needs) == ("undecided", ["incomes[1].year"])
    observed = found.tree["observed"]
    assert (observed["least"], observed["most"]) == (4, 10)
    assert truth(rule, {"incomes": [known, {"amount": 5}]}) is F
    assert truth(rule, {"incomes": [known, known, {"year": 2025}]}) is U
    assert truth(rule, {"incomes": [{"year": 2025, "amount": 10}, {"year": 2025}]}) is T


AMOUNTS = st.sampled_from([None, 0, 1, 5, 9])
YEARS = st.sampled_from([None, 2023, 2024, 2025])
ITEMS = st.lists(st.tuples(AMOUNTS, YEARS), max_size=3)
MEASURES = st.sampled_from(
    [
        {"sum": "incomes.amount"},
        {"largest": "incomes.amount", "where": {"year": {"at_least": 2024}}},
        {"smallest": "incomes.amount", "where": {"year": {"at_least": 2024}}},
        {"average": "incomes.amount", "where": {"year": {"at_least": 2024}}},
        {"average": "incomes.amount", "newest": 2, "by": "year"},
        {"average": "incomes.amount", "newest": 2, "by": "year", "where": {"year": [2023, 2025]}},
        {"count": "incomes", "where": {"year": 2025, "amount": {"at_least": 5}}},
        {"percent": 50, "rounding": "half_up", "of": {"sum": "incomes.amount"}, "maximum": 3},
        {"minus": [{"largest": "incomes.amount"}, {"smallest": "incomes.amount"}]},
        {"highest": [{"count": "incomes"}, {"average": "incomes.amount"}]},
        {"brackets": [{"up_to": 5, "limit": 2}, {"limit": 1}], "of": {"sum": "incomes.amount"}},
    ]
)
_READ = {}


def _rule(measure):
    key = json.dumps(measure)
    if key not in _READ:
        _READ[key] = rules(number(measure, at_least=0))
    return _READ[key]


@settings(max_examples=400)
@given(MEASURES, ITEMS)
@example({"average": "incomes.amount", "newest": 2, "by": "year"}, [(5, None)] * 3)
def test_an_interval_holds_every_completion(measure, items):
    """Whatever becomes known of the items, the measure lies between what was said before."""
    seen = _measured(measure, items)
    choices = [
        product(
            (amount,) if amount is not None else (0, 3, 7),
            (year,) if year is not None else (2022, 2024, 2025),
        )
        for amount, year in items
    ]
    values = []
    for complete in product(*choices):
        exact = _measured(measure, complete)
        assert exact.least == exact.most
        values.append(exact.least)
    assert seen.least <= min(values)
    assert max(values) <= seen.most


def _measured(measure, items):
    rule = _rule(measure)
    return measured(Judge(rule, _facts(items), ON, NO_FIGURES), rule.root.measure)


def _facts(items):
    named = [{"amount": amount, "year": year} for amount, year in items]
    return {"incomes": [{k: v for k, v in item.items() if v is not None} for item in named]}


# --- shares ------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("percent", "rounding", "limits"),
    [
        (20, "half_up", {4: 1, 5: 1, 7: 1, 8: 2, 12: 2, 13: 3, 23: 5}),
        # 30 % of 15 is 4.5 and of 35 is 10.5: half up, not to the even one.
        (30, "half_up", {4: 1, 5: 2, 7: 2, 8: 2, 12: 4, 13: 4, 15: 5, 23: 7, 35: 11}),
        (30, "up", {4: 2, 5: 2, 7: 3, 8: 3, 12: 4, 13: 4, 23: 7}),
        (30, "down", {4: 1, 5: 1, 7: 2, 8: 2, 12: 3, 13: 3, 23: 6}),
    ],
)
def test_a_percentage_in_whole_people(percent, rounding, limits):
    share = {"percent": percent, "rounding": rounding, "of": NATIONALS}
    rule = rules(number({"plus": [FOREIGNERS, 1]}, at_most=share))
    headcount = rules({"headcount": FOREIGNERS, "adding": 1, "at_most": share})
    for nationals, limit in limits.items():
        for foreigners in (limit - 1, limit):
            facts = firm(insured_nationals=nationals, foreign_workers=foreigners)
            assert truth(rule, facts) is (foreigners < limit)
            assert truth(headcount, facts) is (foreigners < limit)


@pytest.mark.parametrize(
    ("nationals", "limit"), [(0, 1), (3, 1), (4, 2), (5, 2), (6, 2), (9, 2), (100, 2)]
)
def test_a_share_has_its_bounds(nationals, limit):
    share = {"percent": 30, "of": NATIONALS, "rounding": "up", "minimum": 1, "maximum": 2}
    rule = rules({"headcount": FOREIGNERS, "adding": 1, "at_most": share})
    outcome = judged(rule, firm(insured_nationals=nationals, foreign_workers=limit - 1))
    assert outcome.verdict == "eligible"
    assert outcome.tree["required"]["at_most"] == limit
    assert (outcome.tree["required"]["minimum"], outcome.tree["required"]["maximum"]) == (1, 2)
    assert truth(rule, firm(insured_nationals=nationals, foreign_workers=limit)) is F
    same = rules(number({"plus": [FOREIGNERS, 1]}, at_most=share))
    assert truth(same, firm(insured_nationals=nationals, foreign_workers=limit)) is F


def test_brackets_have_bounds_too():
    limit = {"brackets": [{"limit": 0}], "of": NATIONALS, "minimum": 1}
    rule = rules({"headcount": FOREIGNERS, "adding": 1, "at_most": limit})
    assert truth(rule, firm(insured_nationals=9, foreign_workers=0)) is T
    assert truth(rule, firm(insured_nationals=9, foreign_workers=1)) is F


@pytest.mark.parametrize(
    ("works", "limit"),
    [
        (0, 1),
        (100_000_000, 1),
        (250_000_000, 1),
        (250_000_001, 2),
        (260_000_000, 2),
        (500_000_000, 2),
        (500_000_001, 3),
        (1_000_000_000, 4),
    ],
)
def test_four_tenths_for_each_hundred_million(works, limit):
    per = {
        "per": 100_000_000,
        "of": "employer.annual_works",
        "give": "0.4",
        "rounding": "up",
        "minimum": 1,
    }
    rule = rules(number("employer.e74_workers", at_most=per))
    assert truth(rule, firm(annual_works=works, e74_workers=limit)) is T
    assert truth(rule, firm(annual_works=works, e74_workers=limit + 1)) is F
    assert truth(rule, firm(e74_workers=1)) is T
    assert truth(rule, firm(e74_workers=2)) is U


@pytest.mark.parametrize(
    ("nationals", "limit"), [(0, 0), (4, 0), (5, 1), (10, 1), (11, 2), (30, 2), (31, 3)]
)
def test_brackets(nationals, limit):
    brackets = {
        "of": NATIONALS,
        "brackets": [
            {"up_to": 4, "limit": 0},
            {"up_to": 10, "limit": 1},
            {"up_to": 30, "limit": 2},
            {"limit": 3},
        ],
    }
    rule = rules(number(FOREIGNERS, at_most=brackets))
    assert truth(rule, firm(insured_nationals=nationals, foreign_workers=limit)) is T
    assert truth(rule, firm(insured_nationals=nationals, foreign_workers=limit + 1)) is F
    assert truth(rule, firm(foreign_workers=0)) is T
    assert truth(rule, firm(foreign_workers=1)) is U
    assert truth(rule, firm(foreign_workers=4)) is F


def test_highest_lowest_and_difference():
    both = firm(insured_nationals=7, foreign_workers=3)
    for measure, value in (
        ({"highest": [NATIONALS, FOREIGNERS, 5]}, 7),
        ({"lowest": [NATIONALS, FOREIGNERS, 5]}, 3),
        ({"plus": [NATIONALS, FOREIGNERS, 5]}, 15),
        ({"minus": [NATIONALS, FOREIGNERS]}, 4),
    ):
        assert truth(number(measure, **{"is": value}), both) is T
    assert truth(number({"minus": [FOREIGNERS, NATIONALS]}, less_than=0), both) is T
    assert truth(number({"highest": [NATIONALS, 5]}, at_least=5), {}) is T
    assert truth(number({"lowest": [NATIONALS, 5]}, at_most=5), {}) is T


# --- figures and experience --------------------------------------------------------------
def value(amount, first, last=None):
    return FigureValue("floor", amount, "won", first, last, {"ko": "하한", "en": "floor"})


FLOOR = Figures([value(101, date(2026, 1, 1)), value(200, date(2027, 1, 1))])


def paid(measure, pay, **job):
    facts = {"job": {"annual_pay": pay, **job}}
    return truth(number("job.annual_pay", at_least=measure), facts, figures=FLOOR)


def test_a_share_of_a_figure_is_rounded_up():
    measure = {"figure": "floor", "percent": 80}
    assert paid(measure, 81) is T  # 80 % of 101 is 80.8
    assert paid(measure, 80) is F


def test_a_figure_of_the_contracts_time():
    measure = {"figure": "floor", "during": "job"}
    over = {"from": "2026-12-01", "to": "2027-06-30"}
    assert paid(measure, 200, **over) is T
    assert paid(measure, 199, **over) is F
    assert paid(measure, 100) is F
    assert paid(measure, 500) is U


def test_a_figure_that_nobody_announced():
    rule = rules(number("job.annual_pay", at_least={"figure": "nowhere"}))
    outcome = judged(rule, {"job": {"annual_pay": 10**9}})
    assert (outcome.verdict, outcome.needs) == ("undecided", ["figure:nowhere"])


def test_the_better_of_two_floors():
    measure = {"lowest": [{"figure": "floor"}, {"percent": 50, "of": 180, "rounding": "down"}]}
    assert paid(measure, 90) is T
    assert paid(measure, 89) is F


def work(**item):
    return {"from": "2020-01-01", "to": "2020-12-31", "share": 100, "related": True, **item}


def test_days_of_work_as_a_number():
    rule = rules(number({"experience": {"where": {"related": True}}}, at_least=366))
    assert truth(rule, {"careers": [work()]}) is T
    assert truth(rule, {"careers": [work(to="2020-12-30")]}) is F
    unknown = work()
    del unknown["related"]
    outcome = judged(rule, {"careers": [unknown]})
    assert (outcome.verdict, outcome.needs) == ("undecided", ["careers[0].related"])
    assert truth(rule, {}) is U


# --- reading -----------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("measure", "place", "words"),
    [
        ("employer.nobody", "number", "unknown fact"),
        ("employer.size", "number", "a choice"),
        ({"sum": "incomes"}, "number.sum", "expected one of: degrees.institution_rank"),
        ({"sum": "careers.employer"}, "number.sum", "expected one of"),
        ({"count": "employer"}, "number.count", "unknown list"),
        ({"count": "incomes", "where": {"day": 1}}, "number.where.day", "unknown fact `day`"),
        ({"sum": "incomes.amount", "count": "incomes"}, "number", "`count` and `sum`"),
        ({"average": "incomes.amount", "newest": 2}, "number", "`newest` without `by`"),
        ({"average": "incomes.amount", "by": "year"}, "number.by", "`by` without `newest`"),
        (
            {"average": "incomes.amount", "newest": 1, "by": "day"},
            "number.by",
            "expected a number or a date",
        ),
        ({"sum": "incomes.amount", "newest": 1}, "number.newest", "unknown key"),
        ({"percent": 20, "of": NATIONALS}, "number", "`rounding` is missing"),
        ({"percent": 20, "of": NATIONALS, "rounding": "even"}, "number.rounding", "`even`"),
        (
            {"percent": 1, "of": 5, "rounding": "up", "minimum": 3, "maximum": 2},
            "number.minimum",
            "3 above the maximum of 2",
        ),
        ({"highest": [5]}, "number.highest", "1 items, expected at least 2"),
        ({"minus": [1, 2, 3]}, "number.minus", "3 measures"),
        ({"brackets": [{"up_to": 4, "limit": 0}], "of": 3}, "number.brackets", "needs no `up_to`"),
        ({"points": "total"}, "number", "points without a points table"),
        ({"nonsense": 1}, "number", "none of them"),
        (-1, "number", "-1, expected a number from 0"),
        ("12.5", "number", "beside no points"),
    ],
)
def test_each_mistake_is_said_at_its_place(measure, place, words):
    found = problems(number(measure, at_least=1))
    assert any(line.startswith(f"requirements.{place}") and words in line for line in found), found


def test_a_number_asks_something():
    (line,) = problems(number(NATIONALS))
    assert line.startswith("requirements: nothing is asked, expected one of: at_least")
    assert any("unknown key `equals`" in line for line in problems(number(1, equals=2)))


def test_every_answer_is_plain_json():
    outcome = judged(
        number(
            {"plus": [{"sum": "incomes.amount"}, {"minus": [NATIONALS, {"count": "careers"}]}]},
            at_least={"figure": "nowhere"},
        ),
        {},
    )
    assert "Infinity" not in json.dumps(outcome.tree)
