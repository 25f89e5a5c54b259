"""What would reach the points, and what time alone brings, by the table of E-7-4 as shipped."""

from datetime import date
from itertools import pairwise

import pytest

from programs.rules import evaluate, planning
from tests.programs.dossiers import figures, shipped

TODAY = date(2026, 10, 12)
V1, V2 = shipped("e-7-4", "v1"), shipped("e-7-4", "v2")
# Born on 17 May 1993: 33 years old, 60 points until the birthday in 2027, then 30.
SOMEBODY = {
    "incomes": [{"year": 2025, "amount": 31_000_000}, {"year": 2024, "amount": 31_000_000}],
    "languages": [{"test": "topik", "level": 2, "taken_on": "2025-03-01"}],
    "candidate": {
        "birth_date": "1993-05-17",
        "tax_arrears": False,
        "illegal_stay_days": 0,
        "current_employer_since": "2024-09-02",
    },
    "statuses": [{"code": "E-9", "from": "2023-02-10", "to": None}],
    "careers": [],
    "degrees": [],
    "licences": [],
    "recommendations": [],
    "penalties": [],
    "job": {
        "annual_pay": 30_000_000,
        "from": "2026-12-01",
        "to": "2029-11-30",
        "employer_recommends": True,
    },
    "employer": {
        "tax_arrears": False,
        "restricted": False,
        "regular_workers": 20,
        "insured_nationals": 20,
        "e74_workers": 0,
        "capital_area": True,
        "root_industry": False,
        "population_decline": False,
    },
    "own": {"industry": "other", "recommended_already": 0},
}


def told(manifest=V2, facts=SOMEBODY, on=TODAY):
    return evaluate(manifest.requirements, facts, on=on, figures=figures()).tree


def combos(facts, manifest=V2):
    return planning.combinations(told(manifest, facts), vocabulary=manifest.vocabulary)


def without_bonus(**changes):
    """Somebody without the employer's recommendation: 175 of 200."""
    return SOMEBODY | {"job": SOMEBODY["job"] | {"employer_recommends": False}} | changes


def steps(combination):
    return {(step.part["ko"], step.gives) for step in combination.steps}


# --- combinations -------------------------------------------------------------------------------
def test_points_that_suffice_need_no_combination():
    assert told()["points"]["least"] == 22_500
    assert planning.reached(told())
    assert combos(SOMEBODY) == []


def test_what_is_short_of_25_points_is_reached_by_one_step_where_one_is_enough():
    found = combos(without_bonus())
    assert told(facts=without_bonus())["points"]["least"] == 17_500
    ones = [one for one in found if len(one.steps) == 1]
    assert {one.total for one in ones} >= {20_500}
    for one in found:
        assert one.total >= 20_000
    # The ministry's or the province's 30, the employer's 50, TOPIK 3 (30 more), income from 45 m
    # (45 more): nothing less in the same place suffices, and nothing more is proposed.
    gives = {next(iter(steps(one)))[1] for one in ones}
    assert 8_000 in gives
    assert 12_000 not in gives


def test_a_combination_really_reaches_what_it_promises():
    """Each single step of Korean, put into the facts, gives the total that was promised."""
    korean = next(
        one
        for one in combos(without_bonus())
        if len(one.steps) == 1 and "TOPIK" in one.steps[0].text["ko"]
    )
    better = without_bonus(languages=[{"test": "topik", "level": 3, "taken_on": "2026-10-01"}])
    assert told(facts=better)["points"]["least"] == korean.total
    assert planning.reached(told(facts=better))


def test_a_minimum_is_no_matter_of_the_total():
    """24.9 million a year: no points for income, whatever the rest gives."""
    poor = SOMEBODY | {
        "incomes": [{"year": year, "amount": 24_900_000} for year in (2024, 2025)],
        "languages": [{"test": "topik", "level": 5, "taken_on": "2025-03-01"}],
    }
    assert told(facts=poor)["points"]["least"] == 23_000
    assert not planning.reached(told(facts=poor))
    income = V2.requirements.points.part("income").names.as_dict()
    found = combos(poor)
    assert found
    for one in found:
        assert any(step.part == income for step in one.steps)
    assert [step.gives for step in found[0].steps] == [5_000]


def test_the_korean_that_may_still_be_put_off_counts_as_the_version_says():
    """Until the end of 2026, 150 points without Korean are enough; afterwards they are not."""
    silent = SOMEBODY | {"languages": []}
    assert told(V1, silent)["points"]["least"] == 17_500
    assert planning.reached(told(V1, silent))
    assert not planning.reached(told(V2, silent))


def test_nobody_is_told_to_be_younger_or_never_to_have_been_fined():
    old = without_bonus() | {
        "candidate": SOMEBODY["candidate"] | {"birth_date": "1980-05-17"},
        "penalties": [{"kind": "fine", "amount": 500_000, "on": "2024-01-02"}],
    }
    texts = [step for one in combos(old) for step in one.steps]
    age = V2.requirements.points.part("age").names.as_dict()
    assert texts
    assert not [step for step in texts if step.part == age or not step.wanted]


def test_smaller_sets_come_first_and_each_says_whether_it_takes_time():
    found = combos(without_bonus())
    sizes = [len(one.steps) for one in found]
    assert sizes == sorted(sizes)
    assert sizes[-1] <= planning.MOST_STEPS
    for one in found:
        assert one.change in {step.change for step in one.steps}
        for step in one.steps:
            assert step.change != "never"
    of_korean = [step for one in found for step in one.steps if "TOPIK" in step.text["ko"]]
    assert {str(step.change) for step in of_korean} == {"later"}


def test_of_nothing_known_three_steps_do_not_promise_too_much():
    for one in combos({}):
        assert one.total >= 20_000
        assert len(one.steps) <= 3


# --- time ---------------------------------------------------------------------------------------
def rules(day):
    return (V2 if day >= V2.effective_from else V1).requirements


def time_for(facts, on=TODAY, by=rules):
    return planning.over_time(
        by, facts, on=on, figures=figures(), also=[V1.effective_from, V2.effective_from]
    )


def test_four_years_of_stay_are_found_to_the_day():
    """20 October 2022 to 18 October 2026, both counted, are four times 365 days."""
    stay = SOMEBODY | {"statuses": [{"code": "E-9", "from": "2022-10-20", "to": None}]}
    first = planning.eligible_from(time_for(stay))
    assert first is not None
    assert first.day == date(2026, 10, 18)
    assert told(V1, stay, date(2026, 10, 17))["verdict"] == "not_met"
    assert told(V1, stay, date(2026, 10, 18))["verdict"] == "met"


def test_a_figure_that_is_not_announced_is_no_promise():
    """The four years end in 2027, for which no pay floor is known yet."""
    moments = time_for(SOMEBODY)
    assert planning.eligible_from(moments) is None
    waiting = planning.undecided_from(moments)
    assert waiting is not None
    assert waiting.day == date(2027, 2, 8)


def test_the_birthday_on_which_points_are_lost_is_told():
    lost = planning.drops(time_for(SOMEBODY))
    assert (date(2027, 5, 17), 3_000) in [(moment.day, points) for moment, points in lost]


def test_a_later_version_judges_from_its_first_day():
    silent = SOMEBODY | {
        "languages": [],
        "statuses": [{"code": "E-9", "from": "2020-02-10", "to": None}],
    }
    moments = time_for(silent)
    changes = [one.day for one in moments]
    assert V2.effective_from in changes
    at = {one.day: one.verdict for one in moments}
    assert at[V2.effective_from] == "not_eligible"
    assert at[TODAY] != "not_eligible"


def test_where_no_rules_judge_any_more_the_plan_ends():
    moments = time_for(SOMEBODY, by=lambda day: V1.requirements if day < date(2027, 1, 1) else None)
    assert moments[-1].verdict == planning.ENDED
    assert moments[-1].day == date(2027, 1, 1)
    assert not [one for one, _points in planning.drops(moments) if one.verdict == planning.ENDED]


def test_the_first_moment_is_today_and_each_is_a_change():
    moments = time_for(SOMEBODY)
    assert moments[0].day == TODAY
    states = [(one.verdict, one.least, one.most) for one in moments]
    assert all(one != other for one, other in pairwise(states))
    assert [one.day for one in moments] == sorted(one.day for one in moments)


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(1996, 2, 29), {date(2027, 3, 1), date(2028, 2, 29)}),
        (date(2030, 1, 15), {date(2030, 1, 15), date(2031, 1, 15)}),
    ],
)
def test_key_days_are_months_anniversaries_and_nothing_behind(day, expected):
    found = planning.key_days({"a": [{"b": day.isoformat()}, "no day"]}, on=TODAY, years=5)
    assert expected <= set(found)
    assert min(found) == date(2026, 11, 1)
    assert max(found) <= date(2031, 10, 12)
    assert found == sorted(set(found))
