"""The company's page of a case: what it says, and what it never says."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from applications.services import extension, supplement
from applications.stages import Stage
from audit.models import AccessLog
from letters.models import Letter
from programs import calendar
from reviews.models import Objection
from reviews.services import examination, objection
from tests.outbox import deliver_letters
from tests.pages import NAUGHTY, fields, hurt, only_reading, text
from tests.world import KOTRA, MONDAY

pytestmark = pytest.mark.django_db
# Names of those who work on a case, and words they wrote for each other.
# 60 days, the first not counted: a Friday that is no holiday, so nothing rolls over.
LAST_DAY = MONDAY.date() + timedelta(days=60)
INTERNAL = ("박심사", "최심사", "정결재", "오평가", "서평가", "내부 메모", "잘 맞습니다")


@pytest.fixture
def member(world):
    client = Client()
    client.force_login(world["company"])
    return client


def internal(page):
    """What is not the company's to know. The officer's name is: once, with department and telephone
    (PETITION-DECREE §31)."""
    officer = f"담당자 {page.context['officer']['officer']}"
    content = page.content.decode().replace(officer, "", 1)
    return [word for word in INTERNAL if word in content]


def url(case):
    return reverse("case", args=[case.public_id])


def said_day(day: date) -> str:
    return f"{day.year}. {day.month}. {day.day}."


def titles(page):
    return [(event["state"], event["title"]) for event in page.context["timeline"]]


def test_it_says_where_the_case_stands_until_when_and_who_is_responsible(member, world):
    case = world.at(Stage.VALIDATION).fresh()
    page = member.get(url(case))
    said = text(page)
    assert "학력과 경력을 확인하고 있습니다" in said
    assert f"{case.due_on.year}. {case.due_on.month}. {case.due_on.day}." in said
    assert case.office.name_ko in said
    assert case.office.phone in said
    assert f"담당자 {case.queue_row.assignee.name}" in said
    assert "지금 하실 일은 없습니다." in said
    assert titles(page) == [
        ("done", "신청서 접수"),
        ("done", "서류 심사 마침"),
        ("now", "학력·경력 검증"),
        ("todo", "외부 평가"),
        ("todo", "발급 결정"),
        ("todo", "추천서 발급"),
    ]


def test_consent_that_is_asked_is_what_there_is_to_do(member, world):
    story = world.at(Stage.DOCUMENT_REVIEW)
    for days in (5, 3):
        extension.extend(application=story.case, actor=story.lead, amount=days, reason="회신 대기")
    page = member.get(url(story.case))
    said = text(page)
    assert "한 번 더 연장하려고 동의를 구합니다" in said
    assert "지금 하실 일은 없습니다" not in said
    assert f'href="{reverse("case-dates", args=[story.case.public_id])}#consent"' in (
        page.content.decode()
    )


def test_a_draft_is_to_be_continued(member, world):
    page = member.get(url(world.story().case))
    assert "이어서 작성하고 제출해 주세요." in text(page)
    assert page.context["timeline"] == []


def test_a_supplement_is_asked_and_its_answer_is_shown(member, world):
    story = world.at(Stage.SUPPLEMENT)
    case = story.fresh()
    page = member.get(url(case))
    assert reverse("applications:supplement", args=[case.public_id]) in page.content.decode()
    assert "흐리게 찍혀 다시 필요합니다." in text(page)
    assert ("now", "보완이 필요합니다") in titles(page)
    story.answer()
    page = member.get(url(case))
    assert "요청하신 내용을 보완했습니다." in text(page)
    assert ("done", "보완 답변 제출") in titles(page)
    assert titles(page)[-5:] == [
        ("now", "서류 심사"),
        ("todo", "학력·경력 검증"),
        ("todo", "외부 평가"),
        ("todo", "발급 결정"),
        ("todo", "추천서 발급"),
    ]


def test_nothing_internal_is_shown_at_any_stage(member, world):
    story = world.at(Stage.DOCUMENT_REVIEW)
    point = story.fresh().manifest.checklist[0].code
    examination.mark(
        application=story.case,
        actor=story.reviewer,
        code=point,
        finding="missing",
        note="내부 메모",
    )
    pages = [member.get(url(story.case))]
    pages += [
        member.get(url(world.at(stage).case))
        for stage in (Stage.VALIDATION, Stage.EXTERNAL_EVALUATION, Stage.DECISION)
    ]
    approved = world.at(Stage.APPROVED)
    pages.append(member.get(url(approved.case)))
    deliver_letters()
    pages.append(member.get(url(approved.case)))
    for page in pages:
        assert not internal(page)


def test_a_reserved_letter_shows_neither_number_nor_file(member, world):
    case = world.at(Stage.APPROVED).case
    number = Letter.objects.get(subject=case.public_id).number
    page = member.get(url(case))
    assert "결정을 준비하고 있습니다" in text(page)
    assert "추천서를 만들고 있습니다" not in text(page)
    assert number not in page.content.decode()
    assert member.get(reverse("case-letter", args=[case.public_id])).status_code == 404


def test_the_letter_is_downloaded_and_the_download_logged(member, world):
    case = world.at(Stage.APPROVED).case
    deliver_letters()
    letter = Letter.objects.get(subject=case.public_id)
    assert letter.number in text(member.get(url(case)))
    answer = member.get(reverse("case-letter", args=[case.public_id]))
    assert answer.content.startswith(b"%PDF-")
    assert f"{letter.number}.pdf" in answer["Content-Disposition"]
    assert "no-store" in answer["Cache-Control"]
    log = AccessLog.objects.get(what="letter.downloaded")
    assert (log.user, log.subject_id) == (world["company"], letter.public_id)


# --- refusal and return ----------------------------------------------------------------------
@pytest.fixture
def refused(world):
    story = world.at(Stage.DECISION)
    story.draft("refuse", "관련 경력을 확인할 수 없습니다.").sign_off()
    deliver_letters()
    return story


def test_a_refusal_gives_its_reason_and_the_remedy_with_its_last_day(member, refused):
    page = member.get(url(refused.case))
    said = text(page)
    assert "관련 경력을 확인할 수 없습니다." in said
    assert f"{said_day(LAST_DAY)}까지 이의를 신청할 수 있습니다." in said
    assert "행정심판" in said
    assert not internal(page)


def test_an_objection_is_filed_once(member, refused):
    path = reverse("case-objection", args=[refused.case.public_id])
    empty = member.post(path, {"text": "  "})
    assert empty.context["form"].errors["text"]
    assert not Objection.objects.exists()
    sent = fields(member.get(path)) | {"text": "경력증명서 3쪽에 있습니다."}
    assert member.post(path, sent).url == url(refused.case)
    assert Objection.objects.get().text == "경력증명서 3쪽에 있습니다."
    assert "이의를 신청했습니다." in text(member.get(url(refused.case)))
    assert member.get(path).status_code == 302
    member.post(path, sent)
    assert Objection.objects.count() == 1


def test_after_the_last_day_there_is_no_objection(member, refused):
    path = reverse("case-objection", args=[refused.case.public_id])
    with calendar.frozen(MONDAY + timedelta(days=60)):
        assert member.get(path).status_code == 200
    with calendar.frozen(MONDAY + timedelta(days=61)):
        assert f"이의신청 기간이 {said_day(LAST_DAY)}에 끝났습니다." in text(
            member.get(url(refused.case))
        )
        assert member.get(path).status_code == 302
        member.post(path, {"text": "늦었습니다."})
    assert not Objection.objects.exists()


def test_a_decided_objection_gives_its_answer(member, world, refused):
    filed = objection.file_objection(
        application=refused.fresh(), actor=refused.member, text="다시 봐 주세요."
    )
    objection.decide_objection(
        objection=filed,
        actor=world.second_lead(),
        upheld=False,
        answer="새로운 자료가 없습니다.",
    )
    assert "새로운 자료가 없습니다." in text(member.get(url(refused.case)))


def test_a_return_says_that_one_may_apply_again(member, world):
    story = world.at(Stage.DOCUMENT_REVIEW)
    story.draft("return", "보완 기한이 지났습니다.").sign_off()
    deliver_letters()
    page = member.get(url(story.case))
    assert "보완 기한이 지났습니다." in text(page)
    assert "이의신청하기" not in text(page)
    path = reverse("case-objection", args=[story.case.public_id])
    assert member.get(path).status_code == 404


# --- everybody else --------------------------------------------------------------------------
@pytest.mark.incident("T18")
@pytest.mark.parametrize("login", ["company2", "kotra.reviewer", "gyeonggi.lead", "evaluator1"])
def test_for_others_the_case_does_not_exist(world, refused, login):
    client = Client()
    client.force_login(world[login])
    for name in ("case", "case-letter", "case-objection"):
        path = reverse(name, args=[refused.case.public_id])
        assert client.get(path).status_code == 404
        assert client.post(path, {"text": "x"}).status_code in {404, 405}
    assert not Objection.objects.exists()


def test_looking_writes_nothing(member, world, refused):
    waiting = world.bare(Stage.WAITING_QUOTA, "gyeonggi")
    with only_reading():
        member.get(url(refused.case))
        member.get(url(waiting))
        member.get(reverse("case-objection", args=[refused.case.public_id]))


def test_more_rounds_and_documents_ask_no_more_questions(member, world):
    story = world.at(Stage.DOCUMENT_REVIEW)

    def round_of(count):
        code = story.fresh().manifest.documents[0].code
        supplement.request_supplement(
            application=story.case,
            actor=story.reviewer,
            items=[supplement.Asked(text=f"{n}", document_code=code) for n in range(count)],
        )
        story.answer()

    round_of(1)
    member.get(url(story.case))
    with CaptureQueriesContext(connection) as one:
        member.get(url(story.case))
    round_of(3)
    round_of(3)
    with CaptureQueriesContext(connection) as three:
        member.get(url(story.case))
    assert len(three) == len(one)


def test_the_page_asks_few_questions(member, world):
    case = world.at(Stage.SUPPLEMENT).case
    member.get(url(case))
    with CaptureQueriesContext(connection) as seen:
        member.get(url(case))
    own = [q for q in seen if "django_session" not in q["sql"] and "accounts_user" not in q["sql"]]
    assert len(own) <= 12, "\n".join(q["sql"][:150] for q in own)


def test_naughty_text_is_no_failure(member, refused):
    hurt(member, reverse("case-objection", args=[refused.case.public_id]))


@pytest.mark.parametrize("word", ["rtl", "emoji", "script", "formula", "braces"])
def test_an_objection_in_strange_letters_is_filed_and_shown_as_text(member, refused, word):
    path = reverse("case-objection", args=[refused.case.public_id])
    typed = NAUGHTY[word].decode() * 3
    assert member.post(path, fields(member.get(path)) | {"text": typed}).status_code == 302
    assert Objection.objects.get().text == typed
    assert "<script>alert(1)" not in member.get(url(refused.case)).content.decode()


def test_five_thousand_letters_are_an_objection_and_a_nul_is_none(member, refused):
    path = reverse("case-objection", args=[refused.case.public_id])
    for wrong in ("a\x00b", "가" * 8001):
        page = member.post(path, {"text": wrong})
        assert page.context["form"].errors["text"]
    assert not Objection.objects.exists()
    assert member.post(path, {"text": "가" * 5000}).status_code == 302
    assert len(Objection.objects.get().text) == 5000


def test_what_is_asked_now_stands_first_and_says_whose_turn_it_is(member, world):
    story = world.at(Stage.SUPPLEMENT)
    page = member.get(url(story.case))
    said = page.content.decode()
    assert said.index("지금 할 일") < said.index("지금 처리할 곳")
    assert page.context["answered"] == {"done": 0, "all": 1}
    summary = {one["label"]: one["value"] for one in page.context["summary"]}
    assert summary["지금 처리할 곳"] == "우리 회사"
    assert [one["state"] for one in page.context["steps"]][:3] == ["done", "now", "todo"]
    story.answer()
    page = member.get(url(story.case))
    summary = {one["label"]: one["value"] for one in page.context["summary"]}
    assert summary["지금 처리할 곳"] == story.case.office.name_ko


def test_a_draft_lists_what_it_lacks_with_the_way_there(member, world):
    page = member.get(url(world.story().case))
    assert "id_passport_no" in page.content.decode()
    assert page.context["steps"] == []


def test_the_programme_says_what_its_stages_are_called(member, world):
    case = world.at(Stage.DECISION, "gyeonggi").case
    page = member.get(url(case))
    assert "외부 평가" not in text(page)
    assert KOTRA not in text(page)
