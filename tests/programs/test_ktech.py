"""The K-Tech Pass: as announced, as in force, and its point track as far as it is known."""

from datetime import date

import pytest

from programs.facts import validate
from programs.figures import Figures, FigureValue
from programs.rules import evaluate
from tests.programs.dossiers import career, changed, degree, figures, judged, leaf, shipped
from tests.programs.people import (
    BY_POINTS,
    DOCTOR,
    EIGHT_YEARS,
    K_TECH,
    RESEARCHER,
    TOP,
    YEAR,
    research,
    without_language,
    worked,
)

SLUG = "k-tech-pass"
POINTS = changed(BY_POINTS, own={"quantitative_points": 65, "qualitative_points": 35})


def verdict(label, facts=K_TECH, *, on=date(2026, 11, 23), **changes):
    return judged(SLUG, changed(facts, **changes), on=on, label=label).verdict


def test_three_versions_and_one_goal():
    announced, first, second = (shipped(SLUG, label) for label in ("announced", "v1", "v2"))
    assert [one.status for one in (announced, first, second)] == [
        "announced",
        "in_force",
        "in_force",
    ]
    assert [one.effective_from for one in (first, second)] == [date(2025, 4, 2), date(2026, 7, 2)]
    for manifest in (announced, first, second):
        assert (manifest.kind, manifest.office.code, manifest.quota) == ("pass", "kotra", None)
        (goal,) = manifest.goals
        assert (goal.number, goal.by) == (1000, date(2030, 12, 31))


def test_exactly_eight_years_pass_now_and_would_not_have_as_announced():
    assert verdict("v1", careers=EIGHT_YEARS) == "eligible"
    eight = {"degrees": [TOP], "careers": EIGHT_YEARS}
    assert verdict("announced", eight) == "not_eligible"
    a_day_more = [*EIGHT_YEARS, career("2020-06-01", days=1)]
    assert verdict("announced", eight, careers=a_day_more) == "eligible"


# --- in force ---------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("on", "pay", "expected"),
    [
        (date(2026, 3, 9), 149_865_000, "eligible"),  # 3 x 49,955,000
        (date(2026, 3, 9), 149_864_999, "not_eligible"),
        (date(2026, 3, 10), 149_865_000, "not_eligible"),
        (date(2026, 3, 10), 157_248_000, "eligible"),  # 3 x 52,416,000
        (date(2026, 3, 10), 157_247_999, "not_eligible"),
    ],
)
def test_three_times_the_income_per_head_as_last_published(on, pay, expected):
    assert verdict("v1", on=on, job={"annual_pay": pay}) == expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"degrees": [{**TOP, "institution_rank": 101}]}, "not_eligible"),
        ({"degrees": [{**TOP, "level": "bachelor"}]}, "not_eligible"),
        ({"degrees": [degree("master")]}, "undecided"),  # nobody has said the rank
        ({"languages": []}, "not_eligible"),
        ({"languages": [], "own": {"korean_pledge": True}}, "eligible"),
        ({"languages": [{"test": "topik", "level": 1}]}, "eligible"),
        ({"own": {"advanced_firm": False}}, "not_eligible"),
        # Long enough, but nobody has said whether the company is of world class.
        ({"careers": [worked(10 * YEAR)]}, "undecided"),
        ({"careers": [worked(10 * YEAR, world_class=False)]}, "not_eligible"),
        ({"careers": []}, "not_eligible"),
    ],
)
def test_all_criteria_at_once(changes, expected):
    assert verdict("v1", **changes) == expected


def test_research_counts_after_the_doctorate_only():
    enough = research(5 * YEAR, institute=3 * YEAR)
    assert verdict("v1", RESEARCHER, careers=enough) == "eligible"
    master = [{**DOCTOR, "level": "master"}]
    assert verdict("v1", RESEARCHER, degrees=master) == "not_eligible"
    later = [{**DOCTOR, "awarded_on": "2015-01-01"}]  # the first day no longer counts
    assert verdict("v1", RESEARCHER, degrees=later) == "not_eligible"
    internship = [{**item, "kind": "internship"} for item in enough]
    assert verdict("v1", RESEARCHER, careers=internship) == "not_eligible"


# --- the point track ----------------------------------------------------------------------------
def test_korean_is_no_longer_asked_for():
    facts = without_language(K_TECH)
    assert verdict("v2", facts) == "eligible"
    assert verdict("v1", {**facts, "own": {"advanced_firm": True, "korean_pledge": False}}) == (
        "not_eligible"
    )
    assert "korean_pledge" not in {
        fact.name for fact in shipped(SLUG, "v2").vocabulary.by_name["own"].facts
    }


@pytest.mark.parametrize(
    "changes",
    [
        {"degrees": [{**TOP, "institution_rank": 101}]},
        {"job": {"annual_pay": 157_247_999}},
        {"careers": EIGHT_YEARS[:1]},
    ],
)
def test_the_other_criteria_stay_as_they_were(changes):
    """Whoever misses one may still come by points, of which the mark is not known."""
    found = judged(SLUG, changed(without_language(K_TECH), **changes), label="v2")
    assert leaf(found.tree, "track-criteria")["verdict"] == "not_met"
    assert found.verdict == "undecided"


def test_without_a_pass_mark_the_track_guesses_nothing():
    found = judged(SLUG, POINTS, label="v2")
    track = leaf(found.tree, "track-points")
    assert (found.verdict, track["verdict"]) == ("undecided", "unknown")
    assert found.needs == ["figure:k-tech-pass-mark"]
    assert verdict("v2", POINTS, own={"advanced_firm": False}) == "not_eligible"


@pytest.mark.parametrize(
    ("quantitative", "qualitative", "size", "total"),
    [
        (0, 0, "large", 0),
        (65, 35, "large", 100),
        (65, 35, "small", 110),
        (65, 35, "medium", 110),
        (40, 20, "mid_sized", 60),
        (40, 20, "venture", 70),
    ],
)
def test_what_the_points_add_up_to(quantitative, qualitative, size, total):
    own = {"quantitative_points": quantitative, "qualitative_points": qualitative}
    facts = changed(BY_POINTS, own=own, employer={"size": size})

    def against(mark):
        row = FigureValue("k-tech-pass-mark", mark, "points", date(2026, 7, 2), None, {})
        rows = [one for key in figures().keys for one in figures().values(key)]
        requirements = shipped(SLUG, "v2").requirements
        return evaluate(requirements, facts, on=date(2026, 11, 23), figures=Figures([*rows, row]))

    assert leaf(against(total).tree, "track-points")["verdict"] == "met"
    assert leaf(against(total + 1).tree, "track-points")["verdict"] == "not_met"


def test_more_points_than_a_part_gives_are_a_mistake_in_the_facts():
    words = shipped(SLUG, "v2").vocabulary
    for own in ({"quantitative_points": 66}, {"qualitative_points": 36}):
        (problem,) = validate(changed(BY_POINTS, own=own), vocabulary=words)
        assert problem.path == f"own.{next(iter(own))}"
