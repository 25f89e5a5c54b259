"""How long a quota lasts: the same answer each time, wide enough to be true, or none."""

import random
from datetime import date, timedelta
from math import exp

import pytest

from portal.forecast import (
    FEWEST_UNITS,
    FEWEST_WEEKS,
    MOST_WEEKS,
    Weeks,
    chance_of,
    runs_out,
    taken_by,
    weeks,
)

TODAY = date(2026, 10, 12)
STEADY = Weeks((2, 3, 1, 0, 4, 2, 2, 3, 1), TODAY)
CLUMPED = Weeks((0, 0, 10, 0, 0, 5, 0, 0, 5), TODAY)


def test_weeks_end_today_and_only_whole_ones_count():
    days = [(TODAY, 1), (TODAY - timedelta(days=6), 2), (TODAY - timedelta(days=7), 4)]
    found = weeks(days, start=TODAY - timedelta(days=20), today=TODAY)
    assert found.taken == (0, 4, 3)
    # The first day of a third week is missing: what lies in it is left out.
    found = weeks(
        [*days, (TODAY - timedelta(days=14), 9)], start=TODAY - timedelta(days=19), today=TODAY
    )
    assert found.taken == (4, 3)
    old = weeks([(date(2025, 1, 1), 50)], start=date(2025, 1, 1), today=TODAY)
    assert (old.number, old.units) == (MOST_WEEKS, 0)


@pytest.mark.parametrize(
    ("taken", "says"),
    [
        ((5,) * (FEWEST_WEEKS - 1), False),
        ((1,) * FEWEST_WEEKS, True),
        ((0,) * 25 + (FEWEST_UNITS - 1,), False),
        ((), False),
    ],
)
def test_too_little_history_says_nothing(taken, says):
    assert Weeks(taken, TODAY).says_something is says


def test_the_chance_is_the_negative_binomials():
    """By hand, for clumps of one: shape n + 1/2, weeks behind against weeks ahead."""
    behind = Weeks((1, 1, 1, 1, 1, 1), TODAY)
    shape, p = 6.5, 6 / (6 + 2)
    none, one = p**shape, shape * p**shape * (1 - p)
    assert chance_of(1, 14, behind) == pytest.approx(1 - none)
    assert chance_of(2, 14, behind) == pytest.approx(1 - none - one)
    assert chance_of(0, 14, behind) == 1
    assert chance_of(1, 0, behind) == 0
    # With much behind it, it is nearly Poisson.
    long = Weeks((1,) * 26, TODAY)
    assert chance_of(1, 7, long) == pytest.approx(1 - exp(-1), abs=0.02)


@pytest.mark.parametrize("behind", [STEADY, CLUMPED])
@pytest.mark.parametrize("days", [7, 70, 200])
def test_numbers_and_chances_agree(behind, days):
    found = taken_by(TODAY + timedelta(days=days), behind, most=600)
    expected = [
        max(units for units in range(601) if chance_of(units, days, behind) >= chance)
        for chance in (0.9, 0.5, 0.1)
    ]
    assert [found.low, found.middle, found.high] == expected
    assert found.low <= found.middle <= found.high


@pytest.mark.parametrize("behind", [STEADY, CLUMPED])
def test_days_and_chances_agree(behind):
    found = runs_out(40, behind)
    assert found.low < found.middle < found.high
    for day, chance in ((found.low, 0.1), (found.middle, 0.5), (found.high, 0.9)):
        ahead = (day - TODAY).days
        assert chance_of(40, ahead, behind) >= chance > chance_of(40, ahead - 1, behind)


def test_more_spread_is_more_uncertain():
    assert CLUMPED.spread > STEADY.spread >= 1
    narrow, wide = runs_out(40, STEADY), runs_out(40, CLUMPED)
    assert wide.high - wide.low > narrow.high - narrow.low


def test_no_more_is_taken_than_there_is():
    found = taken_by(TODAY + timedelta(days=700), STEADY, most=30)
    assert (found.low, found.middle, found.high) == (30, 30, 30)


@pytest.mark.parametrize("clump", [1, 5])
@pytest.mark.parametrize("behind", [8, 20])
def test_eight_times_out_of_ten_it_is_true(clump, behind):
    """Invented offices whose true pace is known: how often the range holds the real day."""
    dice = random.Random(20261012)

    def week():
        """A Poisson number of clumps, two units a week on average."""
        left, number, mean = dice.random(), 0, 2 / clump
        share = exp(-mean)
        while left > share:
            left -= share
            number += 1
            share *= mean / number
        return clump * number

    tried = held = 0
    for _office in range(300):
        history = Weeks(tuple(week() for _ in range(behind)), TODAY)
        if not history.says_something:
            continue
        tried += 1
        used = passed = 0
        while used < 40 and passed < 1000:
            used, passed = used + week(), passed + 1
        found = runs_out(40, history)
        # Whole weeks are drawn, days are foretold: the day lies in the week that ends here.
        first, last = TODAY + timedelta(days=7 * passed - 6), TODAY + timedelta(days=7 * passed)
        held += found.low <= last and (found.high is None or found.high >= first)
    assert tried > 250
    assert 0.74 <= held / tried <= 0.92
