"""Every place that offers a letter: a revoked one is offered nowhere, of a corrected one only the
letter in its place."""

import io
from datetime import timedelta
from urllib.parse import quote

import pytest
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook
from rest_framework.test import APIClient

from applications.services import candidates
from applications.services.notices import TOPIC as NOTICE
from applications.stages import Stage
from letters.models import Letter
from notifications import outbox
from notifications.models import Mail, OutboxRow
from programs import calendar
from reviews.services import letter_ends
from tests.outbox import deliver_letters
from tests.person import Browser
from tests.world import GYEONGGI, MONDAY

pytestmark = pytest.mark.django_db

GET, SEE, WHY = "추천서 받기", "추천서 보기", "취소 사유 보기"
REVOKED = "추천서가 취소되었습니다"


@pytest.fixture
def issued(world):
    story = world.at(Stage.APPROVED, slug=GYEONGGI)
    deliver_letters()
    return story


def revoke(story) -> None:
    letter = {"application": story.fresh(), "actor": story.reviewer, "reason": "위조"}
    letter_ends.confirm(ending=letter_ends.propose_revocation(**letter), actor=story.lead)


def correct(story) -> None:
    letter = {"application": story.fresh(), "actor": story.reviewer, "reason": "오기"}
    asked = letter_ends.propose_correction(**letter, corrections={"candidate_name_ko": "바른이름"})
    letter_ends.confirm(ending=asked, actor=story.lead)
    deliver_letters()


def own_list(story) -> str:
    return Browser(story.member).open(reverse("applications:list")).words


def own_sheet(story) -> str:
    answer = Browser(story.member).client.get(reverse("applications:list_xlsx"))
    book = load_workbook(io.BytesIO(b"".join(answer)))
    return "\n".join(str(cell) for row in book.active.values for cell in row)


def api(user, name: str, *args):
    client = APIClient()
    client.force_login(user)
    return client.get(reverse(name, args=args)).json()


def candidate(story) -> Client:
    """The candidate, in by the link of their newest mail."""
    client = Client()
    case = story.fresh()
    link = case.candidate_links.get(revoked_at=None)
    candidates.confirm(
        link=link, name=case.candidate.passport_name, birth_date=case.candidate.birth_date
    )
    session = client.session
    session["candidate_link"] = link.pk
    session.save()
    client.cookies["django_language"] = "ko"
    return client


def test_a_revoked_letter_is_offered_nowhere(issued):
    case = issued.case.public_id
    assert GET in own_list(issued)
    assert "추천서가 발급되었습니다" in own_sheet(issued)
    revoke(issued)
    deliver_letters()
    words = own_list(issued)
    assert GET not in words
    assert WHY in words
    assert REVOKED in words
    sheet = own_sheet(issued)
    assert REVOKED in sheet
    assert "추천서가 발급되었습니다" not in sheet
    assert api(issued.member, "api-cases")["results"][0]["stage_label"] == REVOKED
    assert api(issued.member, "api-case", case)["stage_label"] == REVOKED
    assert api(issued.member, "api-case-letter", case)["status"] == "revoked"
    after = Browser(issued.member).open(reverse("case-after", args=[case]))
    assert REVOKED in after.words
    me = candidate(issued)
    page = me.get(reverse("candidate-case")).content.decode()
    assert "추천서 내려받기" not in page
    assert REVOKED in page
    assert me.get(reverse("candidate-letter")).status_code == 404
    assert REVOKED in me.get(reverse("candidate-after")).content.decode()
    staff = Browser(issued.lead).open(reverse("reviews:case", args=[case]))
    assert "추천서의 효력이 끝났습니다." in staff.words


def test_of_a_corrected_letter_the_one_in_its_place_is_handed_out(issued):
    case = issued.case.public_id
    correct(issued)
    old, new = Letter.objects.order_by("pk")
    assert GET in own_list(issued)
    own = Browser(issued.member)
    assert (
        quote(new.number)
        in own.client.get(reverse("case-letter", args=[case])).headers["Content-Disposition"]
    )
    box = own.open(reverse("case", args=[case])).html.split('id="letter"')[1].split("</section>")[0]
    assert new.number in box
    assert old.number not in box
    assert api(issued.member, "api-case-letter", case)["number"] == new.number
    answer = candidate(issued).get(reverse("candidate-letter"))
    assert quote(new.number) in answer.headers["Content-Disposition"]
    revoke(issued)
    assert GET not in own_list(issued)
    assert own.client.get(reverse("case-letter", args=[case])).status_code == 404


def test_an_expired_letter_is_there_to_be_seen(issued):
    with calendar.frozen(MONDAY + timedelta(days=400)):
        words = own_list(issued)
    assert SEE in words
    assert GET not in words


def test_a_mail_that_was_held_up_offers_no_revoked_letter(world):
    """T17: the provider is down while the letter is issued, and revoked before it is back."""
    story = world.at(Stage.APPROVED, slug=GYEONGGI)
    outbox.drain(topic="letters.make")
    revoke(story)
    deliver_letters()
    assert not OutboxRow.objects.filter(topic=NOTICE, done_at=None).exists()
    assert not Mail.objects.filter(key__contains=":issued").exists()
    assert Mail.objects.filter(key__contains="letter_revoked").count() == 2


def test_a_held_up_word_of_a_correction_that_was_revoked_is_not_said(issued):
    deliver_letters()
    asked = letter_ends.propose_correction(
        application=issued.fresh(),
        actor=issued.reviewer,
        reason="오기",
        corrections={"candidate_name_ko": "바른이름"},
    )
    letter_ends.confirm(ending=asked, actor=issued.lead)
    outbox.drain(topic="letters.make")
    revoke(issued)
    deliver_letters()
    assert not Mail.objects.filter(key__contains="letter_superseded").exists()
    assert Mail.objects.filter(key__contains="letter_revoked").exists()
