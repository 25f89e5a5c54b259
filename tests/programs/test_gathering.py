"""Sums, averages and the like of items that may or may not count, against every completion."""

from itertools import product
from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from programs.rules.gathering import Given, average, largest, newest, smallest, total

ITEM = st.tuples(st.integers(0, 9), st.integers(0, 4), st.booleans(), st.integers(2021, 2024)).map(
    lambda of: Given(of[0], of[0] + of[1], of[2], of[3])
)
ITEMS = st.lists(ITEM, max_size=4)


def completions(items):
    """What the items may turn out to give: [(value, year)] of those that count."""
    each = [
        ([] if item.sure else [None]) + [(value, item.by) for value in (item.least, item.most)]
        for item in items
    ]
    for chosen in product(*each):
        yield [pair for pair in chosen if pair is not None]


def of_two_years(pairs):
    years = {year: sum(value for value, own in pairs if own == year) for _value, year in pairs}
    return sum(years[year] for year in sorted(years, reverse=True)[:2]) // 2


def exactly(items, how):
    found = [how(pairs) for pairs in completions(items)]
    return min(found), max(found)


@pytest.mark.parametrize(
    ("edges", "how"),
    [
        (total, lambda pairs: sum(value for value, _year in pairs)),
        (largest, lambda pairs: max((value for value, _year in pairs), default=0)),
        (smallest, lambda pairs: min((value for value, _year in pairs), default=inf)),
        (
            average,
            lambda pairs: sum(value for value, _year in pairs) // len(pairs) if pairs else 0,
        ),
    ],
)
@given(ITEMS)
def test_both_ends_are_reached_and_nothing_lies_beyond(edges, how, items):
    assert edges(items) == exactly(items, how)


@given(ITEMS)
def test_the_newest_of_items_that_may_not_count(items):
    least, most = newest(items, 2)
    exact = exactly(items, of_two_years)
    assert least <= exact[0]
    assert exact[1] <= most
    if len({item.by for item in items}) == len(items):
        assert (least, most) == exact


def test_of_nothing_everything_is_nothing():
    for edges in (total, largest, average):
        assert edges([]) == (0, 0)
    assert smallest([]) == (inf, inf)
    assert newest([], 2) == (0, 0)
