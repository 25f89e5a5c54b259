"""Before its letter can be seen nothing tells the applying side how its case was decided."""

import re
from datetime import timedelta
from io import BytesIO
from urllib.parse import quote

import pytest
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from applications.stages import Stage
from letters.models import Letter
from letters.verification import check_number
from notifications.models import Mail, OutboxRow
from programs import calendar
from programs.models import Pool
from programs.quota import opening
from reviews.services import decision, signing
from tests.outbox import deliver_letters, deliver_mails
from tests.pages import text
from tests.portal.test_api import client_of, step
from tests.portal.test_candidate import GOOD, path_in
from tests.reviews.lines import with_approval
from tests.world import GYEONGGI, KOTRA, MONDAY

pytestmark = pytest.mark.django_db

REASON = "학위를 확인할 수 없습니다."


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def candidates_page(story):
    mail = Mail.objects.filter(about=story.case.public_id, user=None).earliest("id")
    client = Client()
    client.post(path_in(mail), GOOD)
    return client.get(reverse("candidate-case"))


def seen(story) -> list[str]:
    """Everything of the case that its company and its candidate can look at, without what names
    the one case and not another."""
    case = story.fresh()
    company = signed_in(story.member)
    arguments = {"public_id": case.public_id}
    pages = [
        company.get(reverse("case", kwargs=arguments)),
        company.get(reverse("case-dates", kwargs=arguments)),
        company.get(reverse("applications:list") + f"?q={case.receipt_no}"),
        company.get(reverse("applications:withdraw", kwargs=arguments)),
        company.get(reverse("case-letter", kwargs=arguments)),
        company.get(reverse("case-notice", kwargs=arguments)),
        company.post(reverse("applications:withdraw", kwargs=arguments), follow=True),
        candidates_page(story),
        client_of(story.member).get(reverse("api-case", kwargs=arguments)),
        client_of(story.member).get(reverse("api-case-letter", kwargs=arguments)),
        step(client_of(story.member), case, "withdraw"),
    ]
    listed = client_of(story.member).get(reverse("api-cases")).json()["results"]
    told = [shown(page) for page in pages]
    told.append(str(next(one for one in listed if one["public_id"] == str(case.public_id))))
    sheet = company.get(reverse("applications:list_xlsx") + f"?q={case.receipt_no}")
    rows = load_workbook(BytesIO(b"".join(sheet))).active.iter_rows(values_only=True)
    # When it was begun is the real clock's, and no two are begun at once.
    told += [str([cell for place, cell in enumerate(row) if place != 5]) for row in rows]
    told += [
        mail.subject + mail.text
        for mail in Mail.objects.filter(about=case.public_id).order_by("subject", "to")
    ]
    return [plain(text, case) for text in told]


def shown(page) -> str:
    """The words, and where links and forms lead."""
    ways = re.findall(r'(?:href|action|name|class)="([^"]*)"', page.content.decode())
    return text(page) + " ".join(ways)


def plain(text, case):
    for number in (case.receipt_no, quote(case.receipt_no), str(case.public_id)):
        text = text.replace(number, "")
    return re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}|/my/link/[^\s]+", "", text)


@pytest.fixture
def late(world):
    """A programme that lets a day pass before an approval can be seen."""
    with_approval(GYEONGGI, release={"hours": 24, "assumed": True})
    return world


def signed(world, outcome, stage=Stage.DECISION, slug=GYEONGGI):
    story = world.at(stage, slug).draft(outcome, REASON)
    story.sign_off()
    deliver_mails()
    return story


def test_a_signed_approval_looks_like_a_signed_refusal_and_like_nothing(late):
    approved, refused, returned = (
        signed(late, outcome) for outcome in ("approve", "refuse", "return")
    )
    assert [one.fresh().at for one in (approved, refused, returned)] == [
        Stage.APPROVED,
        Stage.NOTIFYING,
        Stage.NOTIFYING,
    ]
    as_approved = seen(approved)
    assert as_approved == seen(refused) == seen(returned)
    said = "\n".join(as_approved)
    assert "결정을 준비하고 있습니다" in said
    for word in ("추천 승인", "추천서를 만들고", "추천하기로", "불허", "반려", "approved"):
        assert word not in said, word
    # One that is only drafted can still be withdrawn; of how it stands the same is told.
    drafted = late.at(Stage.DECISION, GYEONGGI).draft("refuse", REASON)
    api = reverse("api-case", kwargs={"public_id": drafted.case.public_id})
    shown = client_of(drafted.member).get(api).json()
    assert (shown["stage"], shown["stage_label"]) == ("decision", "결정을 준비하고 있습니다")


def test_the_day_passes_and_everything_is_told(late):
    story = signed(late, "approve")
    with calendar.frozen(MONDAY + timedelta(hours=25)):
        OutboxRow.objects.filter(topic="letters.make").update(due_at=MONDAY)
        deliver_letters()
        page = signed_in(story.member).get(reverse("case", args=[story.case.public_id]))
        said = page.content.decode()
    assert story.fresh().at == Stage.ISSUED
    assert "추천 승인" in said
    assert "추천서가 발급되었습니다" in said


@pytest.mark.parametrize("outcome", ["approve", "refuse"])
def test_what_was_taken_back_before_anyone_saw_it_has_never_been(late, outcome):
    story = late.at(Stage.DECISION, GYEONGGI)
    deliver_mails()
    before = seen_without_revision(story)
    with calendar.frozen(MONDAY + timedelta(hours=1)):
        story.draft(outcome, REASON).sign_off()
        deliver_mails()
    with calendar.frozen(MONDAY + timedelta(hours=2)):
        signing.take_back(application=story.fresh(), actor=story.lead, reason="착오")
        deliver_letters()
    assert story.fresh().at == Stage.DECISION
    assert seen_without_revision(story) == before
    gap = Letter.objects.get()
    answers = [check_number(gap.number, day) for day in (gap.issue_date, MONDAY.date())]
    assert {one.word for one in answers} == {"void"}
    assert {(one.facts.name, one.facts.birth_year) for one in answers} == {("", None)}


def seen_without_revision(story):
    """Each change counts one up, whatever it was."""
    case = story.fresh()
    page = signed_in(story.member).get(reverse("case", args=[case.public_id]))
    api = client_of(story.member).get(reverse("api-case", args=[case.public_id])).json()
    api.pop("revision")
    pages = [shown(page), shown(candidates_page(story))]
    return [*(plain(one, case) for one in pages), api]


def test_an_examination_that_is_ended_early_goes_on_as_far_as_is_told(world):
    """Only a refusal or a return ends it early: that it was ended would tell."""
    ended = world.at(Stage.VALIDATION, KOTRA)
    deliver_mails()
    going_on = seen_without_revision(ended)
    ended.draft("refuse", REASON)
    assert ended.fresh().at == Stage.DECISION
    assert seen_without_revision(ended) == going_on
    decision.discard(decision=ended.case.decisions.get(), actor=ended.reviewer)
    ended.draft("refuse", REASON).sign_off()
    assert ended.fresh().at == Stage.NOTIFYING
    said = seen(ended)
    assert not [one for one in said if re.search("(?<!서류 )심사 마침|결정을 준비", one)]
    deliver_letters()
    page = signed_in(ended.member).get(reverse("case", args=[ended.case.public_id]))
    assert re.search("(?<!서류 )심사 마침", page.content.decode())


def test_who_was_told_of_a_place_is_told_what_becomes_of_it(late):
    pool = Pool.objects.get(programme__slug=GYEONGGI, parent=None)
    opening(pool=pool, issued=pool.size - 1, actor=None, reason="test")
    first = late.at(Stage.APPROVED, GYEONGGI)
    second = late.at(Stage.WAITING_QUOTA, GYEONGGI)
    signing.take_back(application=first.fresh(), actor=first.lead, reason="착오")
    signing.accept_unit(application=second.fresh(), actor=second.lead)
    told = client_of(second.member).get(reverse("api-case", args=[second.case.public_id]))
    assert told.json()["stage"] == "approved"
    signing.take_back(application=second.fresh(), actor=second.lead, reason="착오")
    page = signed_in(second.member).get(reverse("case", args=[second.case.public_id]))
    assert "결정을 다시 준비" in page.content.decode()


def test_the_office_sees_where_it_stands(late):
    story = signed(late, "approve")
    lead = client_of(story.lead)
    assert lead.get(reverse("api-case", args=[story.case.public_id])).json()["stage"] == "approved"
    assert [one["stage"] for one in lead.get(reverse("api-cases")).json()["results"]] == [
        "approved"
    ]
