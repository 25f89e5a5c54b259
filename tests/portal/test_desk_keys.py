"""Which keys sign the letters of one's office: for its administrators, read only."""

from datetime import timedelta

import pytest
from django.urls import reverse

from accounts.models import Office
from files import services as files
from letters import keys
from letters.models import SigningKey
from programs import calendar
from tests.letters.test_keys import Body, pem, seal_picture
from tests.person import Browser

pytestmark = pytest.mark.django_db

PAGE = reverse("desk-keys")


def bring(world, office: Office) -> SigningKey:
    body = Body()
    return keys.register_production_key(
        office=office, chain_pem=pem(body.certificate, body.root), actor=world["kotra.admin"]
    )


def seal(world, office: Office) -> None:
    stored = files.put(data=seal_picture(), name="seal.png", content_type="image/png")
    keys.register_seal(office=office, image=stored, actor=world["kotra.admin"])


def test_it_says_what_is_still_missing_and_then_that_letters_are_in_force(world):
    office = Office.objects.get(code="kotra")
    admin = Browser(world["kotra.admin"])
    page = admin.open(PAGE)
    specimen = SigningKey.objects.get(production=False)
    assert "지금 발급하는 추천서는 모두 견본입니다." in page.words
    assert "등록된 관인" in page.words
    assert "사용 중인 정식 서명 키" in page.words
    assert specimen.key_id in page.words
    key = bring(world, office)
    page = admin.open(PAGE)
    assert "등록된 관인" in page.words
    assert "사용 중인 정식 서명 키" not in page.words
    seal(world, office)
    page = admin.open(PAGE)
    assert "정식 추천서 발급" in page.words
    assert "모두 견본입니다" not in page.words
    assert key.key_id in page.words
    assert key.fingerprint in page.words
    assert Browser(world["kotra.admin"]).client.post(PAGE).status_code == 405
    # The office's own, and no other's.
    elsewhere = Browser(world["gyeonggi.admin"]).open(PAGE)
    assert key.key_id not in elsewhere.words
    assert specimen.key_id in elsewhere.words


@pytest.mark.parametrize("login", ["kotra.lead", "kotra.reviewer", "company", "evaluator1"])
def test_for_others_there_is_no_such_page(world, login):
    assert Browser(world[login]).client.get(PAGE).status_code in (403, 404)


def test_it_warns_before_a_key_ends_and_says_what_became_of_old_ones(world, settings):
    office = Office.objects.get(code="kotra")
    key = bring(world, office)
    seal(world, office)
    admin = Browser(world["kotra.admin"])
    assert "만료가 가깝습니다" not in admin.open(PAGE).words
    with calendar.frozen(key.not_after - timedelta(days=59)):
        words = admin.open(PAGE).words
        assert "만료가 가깝습니다" in words
        assert "D-59" in words
    with calendar.frozen(key.not_after + timedelta(days=1)):
        words = admin.open(PAGE).words
        assert "만료됨" in words
        assert "모두 견본입니다" in words
    settings.LETTERS_KEY_WARNING_DAYS = 10
    with calendar.frozen(key.not_after - timedelta(days=59)):
        assert "만료가 가깝습니다" not in admin.open(PAGE).words
    after = bring(world, office)
    words = admin.open(PAGE).words
    assert words.count("새 추천서에 서명함") == 1
    keys.retire_key(key=key, actor=world["kotra.admin"], reason="정기 교체")
    words = admin.open(PAGE).words
    assert "사용 끝남" in words
    assert after.key_id in words


def test_it_asks_as_many_questions_of_three_keys_as_of_one(world, django_assert_max_num_queries):
    office = Office.objects.get(code="kotra")
    admin = Browser(world["kotra.admin"])
    for _ in range(3):
        bring(world, office)
        with django_assert_max_num_queries(12):
            admin.open(PAGE)
