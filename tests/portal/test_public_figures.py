"""The public page of figures: what is left and how long it takes, and nothing about anybody."""

from datetime import date, timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from applications.models import ClockSegment, FigureRow
from applications.stages import Stage
from portal.selectors import public
from programs import calendar
from programs.models import Pool, Programme, ProgrammeVersion
from reviews.services import signing
from tests.person import Browser
from tests.world import GYEONGGI, KOTRA

pytestmark = pytest.mark.django_db

MONDAY = date(2026, 10, 12)


def page(slug):
    found = Browser().open(reverse("programme-figures", kwargs={"slug": slug}))
    assert found.status == 200
    return found


def decided(world, number, *, slug=KOTRA, took=5, outcome="approved"):
    """So many decisions with nothing in them but their figures, of which the last is today's."""
    stage = {"approved": Stage.ISSUED, "refused": Stage.REFUSED, "withdrawn": Stage.WITHDRAWN}
    cases = []
    for place in range(number):
        case = world.bare(stage[outcome], slug)
        on = MONDAY - timedelta(days=number - 1 - place)
        FigureRow.objects.create(
            application=case,
            office=case.office,
            programme=case.programme,
            received_on=on - timedelta(days=took + place % 3),
            settled_on=on,
            outcome=outcome,
        )
        cases.append(case)
    return cases


def fewest(slug):
    version = ProgrammeVersion.objects.filter(programme__slug=slug).order_by("-effective_from")
    return version.first().manifest().published


def test_what_is_left_is_what_the_pool_has(world):
    story = world.at(Stage.DECISION, GYEONGGI).draft()
    signing.sign_off(decision=story.case.decisions.get(), actor=world["gyeonggi.lead"])
    pool = Pool.objects.get(programme__slug=GYEONGGI, parent=None)
    with connection.cursor() as cursor:
        cursor.execute("SELECT size - held - issued FROM programs_pool WHERE id = %s", [pool.pk])
        [free] = cursor.fetchone()
    assert free == 629
    said = page(GYEONGGI)
    assert f"정원 남음 추천 인원 630 {free}" in said.words
    assert story.case.candidate.surname not in said.html
    for private in ("발급 1", "배정 1", "대기"):
        assert private not in said.words


def test_parts_are_shown_where_the_programme_says_so(world):
    pools = Pool.objects.filter(programme__slug="ulsan").order_by("path")
    assert len(pools) > 1
    words = page("ulsan").words
    assert [pool.name_ko for pool in pools if pool.name_ko not in words] == []
    other = Pool.objects.get(programme__slug=GYEONGGI, parent=None)
    Pool.objects.create(
        programme=other.programme,
        period_code=other.period_code,
        period_from=other.period_from,
        period_to=other.period_to,
        path="total/part",
        parent=other,
        name_ko="숨은 부분",
        name_en="A hidden part",
        size=5,
    )
    for name in ("programme-figures", "programme"):
        html = Client().get(reverse(name, kwargs={"slug": GYEONGGI})).content.decode()
        assert "숨은 부분" not in html


def test_the_usual_time_is_of_the_last_decisions_only(world):
    said = fewest(KOTRA)
    cases = decided(world, said.fewest)
    decided(world, 3, took=1, outcome="withdrawn")
    usual = public.figures_of(KOTRA)[1].usual
    rows = FigureRow.objects.filter(application__in=cases)
    took = sorted(calendar.business_days_between(row.received_on, row.settled_on) for row in rows)
    places = [-(-len(took) * percent // 100) - 1 for percent in (25, 50, 75)]
    assert [usual.whole.low, usual.whole.middle, usual.whole.high] == [took[at] for at in places]
    assert usual.whole.cases == said.fewest
    assert (usual.first, usual.last) == (MONDAY - timedelta(days=said.fewest - 1), MONDAY)
    words = page(KOTRA).words
    assert f"{usual.whole.middle}영업일" in words
    assert f"최근 {said.fewest}건" in words


def test_older_decisions_than_the_last_ones_do_not_count(world):
    old = decided(world, 30, took=60)
    FigureRow.objects.filter(application__in=old).update(
        settled_on=date(2026, 6, 1), received_on=date(2026, 3, 2)
    )
    decided(world, 25, took=3)
    programme = Programme.objects.get(slug=KOTRA)
    said = public.Published("total", last_decided=25, fewest=20)
    usual = public._usual(programme, said)
    assert usual.whole.cases == 25
    assert usual.whole.high < 10


def test_too_few_decisions_say_nothing(world):
    number = fewest(KOTRA).fewest
    decided(world, number - 1)
    assert public.figures_of(KOTRA)[1].usual is None
    words = page(KOTRA).words
    assert f"결정한 신청이 {number}건이 되지 않아" in words
    assert "가운데 절반" not in words


def test_supplement_days_are_left_out_of_the_second_number(world):
    for case in decided(world, fewest(KOTRA).fewest, took=10):
        row = case.figure_row
        ClockSegment.objects.create(
            application=case,
            reason="supplement",
            from_on=row.received_on + timedelta(days=1),
            until_on=row.received_on + timedelta(days=3),
        )
    usual = public.figures_of(KOTRA)[1].usual
    assert usual.net.middle < usual.whole.middle


def test_the_numbers_are_kept_for_some_minutes(world):
    address = reverse("programme-figures", kwargs={"slug": GYEONGGI})
    client = Client()
    client.get(address)
    with CaptureQueriesContext(connection) as warm:
        client.get(address)
    cache.clear()
    with CaptureQueriesContext(connection) as cold:
        client.get(address)
    assert len(warm) <= 2 < len(cold) <= 8
    Pool.objects.filter(programme__slug=GYEONGGI).update(size=700)
    assert "630" in page(GYEONGGI).words
    cache.delete(public.key_of(GYEONGGI))
    assert "700" in page(GYEONGGI).words


def test_it_is_linked_and_only_where_one_can_apply(world):
    html = Client().get(reverse("programme", kwargs={"slug": KOTRA})).content.decode()
    assert reverse("programme-figures", kwargs={"slug": KOTRA}) in html
    for slug in ("e-7-4", "nothing"):
        assert Client().get(reverse("programme-figures", kwargs={"slug": slug})).status_code == 404
    html = Client().get(reverse("programme", kwargs={"slug": "e-7-4"})).content.decode()
    assert "/figures/" not in html
