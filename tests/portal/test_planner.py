"""The planner of points: what there is now, what would suffice, and by when."""

import pytest
from django.test import Client

from programs.models import SharedAnswer
from tests.pages import fields, hurt, only_reading, text
from tests.world import KOTRA

pytestmark = pytest.mark.django_db
URL = "/plan/e-7-4/"
SAID = {
    "incomes-0-year": "2025",
    "incomes-0-amount": "62,000,000",
    "languages-0-test": "topik",
    "languages-0-level": "2",
    "languages-0-taken_on": "2025-03-01",
    "candidate-birth_date": "1993-05-17",
    "recommendations-none": "on",
    "penalties-none": "on",
    "careers-none": "on",
    "degrees-none": "on",
    "licences-none": "on",
    "job-employer_recommends": "false",
    "own-industry": "other",
}


@pytest.fixture
def anyone(world):
    return Client()


def plan(client: Client, **changes: str):
    return client.post(URL, fields(client.get(URL)) | SAID | changes)


def test_the_points_of_each_part_are_told(anyone):
    """Income 65 (31 million on average), TOPIK 2 50, age 33 60: 175."""
    page = plan(anyone)
    found = page.context["plan"]
    assert [(part.least, part.top) for part in found.parts[:3]] == [
        (6_500, 12_000),
        (5_000, 12_000),
        (6_000, 6_000),
    ]
    assert found.least == 17_500
    assert not found.points_reached
    said = text(page)
    assert "175점" in said.replace(" ", "")
    assert "3,000만원 이상 ( 해당 )" in said.replace("(해당)", "( 해당 )")


def test_a_year_of_income_that_was_left_out_is_told(anyone):
    """62 million in one year alone count as 31 a year: nobody should have to guess why."""
    said = text(plan(anyone))
    assert "1건만 적었으므로 나머지는 0으로 계산합니다" in said
    assert "나머지는 0으로" not in text(anyone.get(URL))


def test_what_would_suffice_is_told_with_its_total(anyone):
    page = plan(anyone)
    found = page.context["plan"]
    assert found.combinations
    assert all(one.total >= 20_000 for one in found.combinations)
    assert "이렇게 하면 점수가 찹니다" in text(page)
    assert "TOPIK 3급" in text(page)


def test_points_that_suffice_say_so_and_propose_nothing(anyone):
    found = plan(anyone, **{"job-employer_recommends": "true"}).context["plan"]
    assert found.least == 22_500
    assert found.points_reached
    assert found.combinations == []


def test_the_day_on_which_points_are_lost_is_told(anyone):
    page = plan(anyone)
    assert "2027. 5. 17." in text(page)
    assert "30점 줄어듦" in text(page)


def test_nothing_said_is_a_table_to_read(anyone):
    page = anyone.get(URL)
    found = page.context["plan"]
    assert (found.least, found.answer.verdict) == (0, "undecided")
    assert "점수 계산" in text(page)


def test_every_mistake_is_said_at_its_field_and_nothing_typed_is_lost(anyone):
    wrong = {
        "candidate-birth_date": "2090-01-01",
        "incomes-0-amount": "-5",
        "languages-0-taken_on": "어제",
        "job-from": "2026-12-01",
        "job-to": "2025-12-01",
        "statuses-0-from": "2023-01-01",
        "statuses-0-to": "2022-01-01",
    }
    sent = fields(anyone.get(URL)) | SAID | wrong
    page = anyone.post(URL, sent)
    assert page.context["plan"] is None
    assert fields(page) == sent
    shown = page.content.decode()
    assert "<title>오류:" in shown
    for name in ("incomes-0-amount", "languages-0-taken_on", "job-to", "statuses-0-to"):
        assert f'href="#id_{name}"' in shown, name
    # What needs the whole is looked at once each part is sound.
    page = anyone.post(URL, fields(anyone.get(URL)) | SAID | {"candidate-birth_date": "2090-01-01"})
    assert page.context["plan"] is None
    assert 'href="#id_candidate-birth_date"' in page.content.decode()


def test_a_row_more_keeps_what_was_typed(anyone):
    page = anyone.post(URL, fields(anyone.get(URL)) | SAID | {"add": "incomes"})
    assert fields(page)["incomes-0-amount"] == "62,000,000"
    assert "incomes-1-amount" in fields(page)


def test_a_programme_without_points_has_no_plan(anyone):
    assert anyone.get(f"/plan/{KOTRA}/").status_code == 404
    assert anyone.get("/plan/nothing/").status_code == 404


def test_nothing_is_kept_and_a_self_check_offers_no_application(anyone):
    with only_reading():
        page = plan(anyone)
    assert not SharedAnswer.objects.exists()
    assert 'name="start"' not in page.content.decode()
    sent = fields(anyone.get("/check/e-7-4/"))
    page = anyone.post("/check/e-7-4/", sent)
    assert 'name="start"' not in page.content.decode()
    assert anyone.post("/check/e-7-4/", sent | {"start": ""}).status_code == 200


def test_it_is_cheap(anyone, django_assert_max_num_queries):
    anyone.get(URL)
    with django_assert_max_num_queries(12):
        plan(anyone)


def test_naughty_text_is_harmless(anyone):
    hurt(anyone, URL)
