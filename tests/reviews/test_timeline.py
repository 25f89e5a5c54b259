"""A career over time: overlaps and gaps to the day, and days counted as the rules count them."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from applications.models import Claim
from applications.stages import Stage
from reviews.timeline import Award, Job, counted, draw, gaps, overlaps
from tests.person import Browser

BEGIN = date(2018, 1, 1)


def job(name, first, last, share=100, related=True):
    return Job(name, date.fromisoformat(first), date.fromisoformat(last), share, related)


A = job("A", "2018-01-01", "2019-06-30")
B = job("B", "2019-06-30", "2020-12-31", share=50)
C = job("C", "2021-02-01", "2021-12-31")


def test_one_shared_day_is_an_overlap_and_one_free_day_a_gap():
    (both,) = overlaps([C, B, A])
    assert (both.names, both.first, both.last, both.days) == (
        ("A", "B"),
        date(2019, 6, 30),
        date(2019, 6, 30),
        1,
    )
    (free,) = gaps([C, A, B])
    assert (free.first, free.last, free.days) == (date(2021, 1, 1), date(2021, 1, 31), 31)
    assert gaps([A, job("D", "2019-07-01", "2019-08-01")]) == []
    assert gaps([A, job("D", "2019-07-02", "2019-08-01")])[0].days == 1


def test_a_job_inside_another_leaves_no_gap():
    inner = job("inner", "2018-02-01", "2018-03-01")
    assert gaps([A, inner, job("next", "2019-07-01", "2019-07-31")]) == []


def test_days_count_once_by_their_share_and_only_if_related():
    until = date(2026, 10, 12)
    assert counted([A], since=BEGIN, until=until) == 546
    # The shared day is worth one; the other 550 of B half a day each.
    assert counted([A, B], since=BEGIN, until=until) == 546 + 550 // 2
    assert (
        counted([A, job("X", "2018-01-01", "2026-01-01", related=False)], since=BEGIN, until=until)
        == 546
    )
    assert counted([A], since=date(2019, 6, 30), until=until) == 1


PERIODS = st.lists(
    st.tuples(st.integers(0, 60), st.integers(0, 20)).map(
        lambda pair: Job(
            f"{pair}", BEGIN + timedelta(pair[0]), BEGIN + timedelta(pair[0] + pair[1]), 100, True
        )
    ),
    min_size=1,
    max_size=6,
)


@given(PERIODS)
def test_gaps_and_work_make_up_every_day(jobs):
    """Against a slow count, day by day."""
    first, last = min(one.first for one in jobs), max(one.last for one in jobs)
    days = [first + timedelta(place) for place in range((last - first).days + 1)]
    free = {day for day in days if not any(one.first <= day <= one.last for one in jobs)}
    told = {gap.first + timedelta(place) for gap in gaps(jobs) for place in range(gap.days)}
    assert told == free
    assert counted(jobs, since=first, until=last) == len(days) - len(free)
    shared = sum(
        one.first <= day <= one.last and other.first <= day <= other.last
        for place, one in enumerate(jobs)
        for other in jobs[place + 1 :]
        for day in days
    )
    assert sum(one.days for one in overlaps(jobs)) == shared


@given(PERIODS)
def test_everything_drawn_lies_inside_the_frame(jobs):
    drawing = draw(jobs, [Award("X", BEGIN - timedelta(900), 0)])
    for bar in drawing.bars:
        assert drawing.left <= bar.x
        assert bar.x + bar.width <= drawing.right + 2
    assert all(drawing.left <= x <= drawing.right for x, _award in drawing.awards)


def test_nothing_is_drawn_of_nothing():
    assert draw([], []) is None


@pytest.mark.django_db
def test_the_case_page_tells_overlaps_and_gaps_in_words(world):
    story = world.at(Stage.DOCUMENT_REVIEW)
    claim = story.case.claims.get(kind="career")
    for place, (first, last, employer) in enumerate(
        (("2022-12-01", "2023-06-30", "Second"), ("2023-09-01", None, "Third")), 1
    ):
        declared = {**claim.declared, "from": first, "to": last, "employer": employer}
        Claim.objects.create(
            application=story.case, kind="career", position=place, declared=declared
        )
    address = reverse("reviews:case", kwargs={"public_id": story.case.public_id})
    page = Browser(story.reviewer).open(address)
    assert (
        f"겹침: {claim.declared['employer']}, Second · 2022. 12. 1.–2023. 2. 28. (90일)"
        in page.words
    )
    assert "공백: 2023. 7. 1.–2023. 8. 31. (62일)" in page.words
    assert "지금까지" in page.words
    assert "style=" not in page.html.split('class="career"')[1].split("</section>")[0]
