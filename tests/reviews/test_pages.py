"""The reviewing side's pages, as people use them: two cases from queue to letter, by forms only."""

import pytest
from django.urls import reverse

from applications.models import Application
from applications.stages import Stage
from audit.models import AccessLog, Event
from letters.models import Letter, LetterState
from notifications.models import Mail
from programs import quota
from programs.models import Pool
from reviews import checklist
from reviews.models import ChecklistMark, ClaimCheck, Decision, Evaluator, Invitation
from reviews.standing import standing
from tests.outbox import deliver_letters
from tests.person import Browser
from tests.world import GYEONGGI, KOTRA

pytestmark = pytest.mark.django_db


def url(name, thing, **more):
    return reverse(f"reviews:{name}", kwargs={"public_id": thing.public_id, **more})


def fresh(case):
    return Application.objects.get(pk=case.pk)


def check_everything(browser, case, **claims):
    """Check claim after claim by the page's own order; `claims` says what to type for a kind."""
    page = browser.open(url("claims", case))
    for claim in list(case.claims.all()):
        page = browser.open(url("claim", case, claim=claim.public_id))
        page = page.do("check", **claims.get(claim.kind, {"verdict": "confirmed"}))
        assert page.status == 200
    return page


def mark_everything(browser, case):
    for document in case.documents.filter(replaced_at=None):
        page = browser.open(url("read", case, document=document.public_id))
        page.do("save", document_finding="fine")
    page = browser.open(url("case", case))
    points = [point for point in checklist.points_of(case) if not point.by_files]
    return page.do("mark", **{f"finding_{point.code}": "fulfilled" for point in points})


def advance(browser, case):
    page = browser.open(url("history", case))
    return page.send(page.form(step="advance"))


# --- two cases from beginning to end ----------------------------------------------------------
def test_a_kotra_case_from_the_queue_to_a_visible_letter(world):
    story = world.story(KOTRA).fill().submit()
    case = story.fresh()
    reviewer = Browser(world["kotra.reviewer"])

    # Taken from the queue.
    page = reviewer.open(reverse("reviews:queue"))
    assert "지금 맡고 있는 신청이 없습니다." in page.words
    page = page.send(page.form_to(reverse("reviews:next")))
    assert page.path == url("case", case)
    assert "신청을 맡았습니다" in page.words
    assert case.receipt_no in page.words

    # Something is missing: it cannot be marked so without a note, then it is asked for.
    page = page.do("mark", finding_identity="missing")
    assert "무엇을 보완해야 하는지 적어 주세요." in page.words
    assert not ChecklistMark.objects.exists()
    page = page.do("mark", note_identity="여권 사진면이 흐립니다.")
    assert ChecklistMark.objects.get().finding == "missing"
    page = reviewer.open(url("supplement", case))
    form = page.form(do="ask")
    assert form.values["items-0-text"] == ["여권 사진면이 흐립니다."]
    page = page.send(form, do="add_row")
    assert "items-1-text" in page.form(do="ask").fields
    page = page.send(page.form(do="ask"), **{"items-0-document_code": ""}, do="ask")
    assert "공고된 서류를 지정하거나 선택 제출로 표시해야 합니다." in page.words
    page = page.send(page.form(do="ask"), **{"items-0-document_code": "passport_copy"}, do="ask")
    assert fresh(case).stage == Stage.SUPPLEMENT
    assert "신청인의 보완을 기다리고 있습니다." in page.words

    # Parked, and still to be seen (T26).
    page = reviewer.open(reverse("reviews:queue") + "?tab=waiting")
    assert case.receipt_no in page.words
    story.answer()
    page = reviewer.open(reverse("reviews:queue"))
    assert case.receipt_no in page.words
    assert "보완 도착" in page.words

    # Documents, then facts: one of them turns out otherwise.
    assert "다음 단계로 넘기기" in mark_everything(reviewer, fresh(case)).words
    assert advance(reviewer, case).path == url("claims", case)
    corrected = {
        "career": {
            "verdict": "corrected",
            "value-to": "2022-12-31",
            "note": "경력증명서에는 2022년 12월 31일까지로 되어 있습니다.",
        }
    }
    check_everything(reviewer, case, **corrected)
    found = ClaimCheck.objects.get(claim__application=case, claim__kind="career")
    assert found.verified == {**found.claim.declared, "to": "2022-12-31"}
    assert "2022. 12. 31." in reviewer.open(url("claims", case)).words
    assert advance(reviewer, case).path == url("evaluation", case)

    # Two evaluators, each with a packet of their own.
    for login in ("evaluator1", "evaluator2"):
        page = reviewer.open(url("evaluation", case))
        page.do("invite", evaluator=world[login].public_id)
    assert "요청한 위원이 모두 답한 뒤에" in reviewer.open(url("evaluation", case)).words
    for login, points in (("evaluator1", 9), ("evaluator2", 8)):
        score(world, case, login, points)
    page = reviewer.open(url("evaluation", case))
    assert standing(fresh(case)).answered == 2
    assert "평균 85점" in page.words
    assert "오평가의 평가: 90점" in page.words
    assert advance(reviewer, case).path == url("decision", case)

    # Drafted, signed by somebody else, made, visible.
    page = reviewer.open(url("decision", case)).do("draft", outcome="approve")
    assert "결재를 기다리고 있습니다." in page.words
    decision = Decision.objects.get(application=case)
    lead = Browser(world["kotra.lead"])
    assert case.receipt_no in lead.open(reverse("reviews:sign_offs")).words
    page = lead.open(url("sign_off", decision))
    assert url("draft_png", decision) in page.html
    page = page.do("sign")
    letter = Letter.objects.get(subject=case.public_id)
    assert letter.number in page.words
    deliver_letters()
    assert fresh(case).stage == Stage.ISSUED
    assert "추천서가 발급되었습니다." in lead.open(url("history", case)).words
    assert Mail.objects.filter(about=case.public_id, subject__contains="발급되었습니다").exists()


def score(world, case, login, points):
    """An evaluator's whole work by their own pages."""
    invitation = Invitation.objects.get(application=case, evaluator__user=world[login])
    person = Browser(world[login])
    assert "KOTRA" in person.open(reverse("reviews:evaluations")).words
    page = person.open(url("packet", invitation)).do("declare", ties="none")
    codes = [criterion["code"] for criterion in invitation.rubric["criteria"]]
    page = page.do("save", **{f"points_{codes[0]}": points}, opinion="작성 중")
    assert page.form(do="check").values[f"points_{codes[0]}"] == [str(points)]
    page = page.do("check", **{f"points_{code}": points for code in codes}).do("submit")
    assert "평가를 제출했습니다. 감사합니다." in page.words


def test_a_gyeonggi_case_waits_for_the_last_unit_and_gets_it(world):
    pool = Pool.objects.get(programme__slug=GYEONGGI, parent=None)
    quota.resize(pool=pool, size=1, actor=None, reason="test")
    first = world.at(Stage.DECISION, GYEONGGI).draft()
    second = world.at(Stage.DECISION, GYEONGGI).draft()
    lead = Browser(world["gyeonggi.lead"])

    held = first.case.decisions.get()
    page = lead.open(url("sign_off", held))
    assert "지금 남은 자리" in page.words
    page.do("sign")
    letter = Letter.objects.get(subject=first.case.public_id)

    waits = second.case.decisions.get()
    page = lead.open(url("sign_off", waits))
    assert "결재하면 대기 순서 1번으로 기다립니다." in page.words
    page = page.do("sign")
    assert fresh(second.case).stage == Stage.WAITING_QUOTA
    assert "대기 순서: 1번" in page.words
    assert not page.has_form(do="accept")

    # Taken back before anyone has the letter: a gap, and the unit goes to who waits.
    page = lead.open(url("sign_off", held))
    page = page.do("take_back")
    assert "필수" in page.words
    assert fresh(first.case).stage == Stage.APPROVED
    page.do("take_back", reason="근무지를 다시 확인해야 합니다.")
    assert fresh(first.case).stage == Stage.DECISION
    letter.refresh_from_db()
    assert letter.state == LetterState.VOID

    assert "자리가 배정됨: 수락 필요" in lead.open(reverse("reviews:sign_offs")).words
    page = lead.open(url("sign_off", waits)).do("accept")
    deliver_letters()
    assert fresh(second.case).stage == Stage.ISSUED
    pool.refresh_from_db()
    assert (pool.issued, pool.held) == (1, 0)


def test_a_refusal_tells_why_and_an_objection_reopens_the_case(world):
    story = world.at(Stage.VALIDATION)
    reviewer = Browser(story.reviewer)
    page = reviewer.open(url("decision", story.case))
    assert not page.form(do="draft").values.get("outcome")
    page = page.do("draft", outcome="refuse")
    assert "불허와 반려에는 사유가 필요합니다." in page.words
    page = page.do(
        "draft", outcome="refuse", reason="학위를 확인할 수 없습니다.", grounds=["rule:route-1"]
    )
    decision = Decision.objects.get(application=story.case)
    assert decision.grounds == ["rule:route-1"]
    assert fresh(story.case).stage == Stage.DECISION
    lead = Browser(world["kotra.lead"])
    page = lead.open(url("sign_off", decision))
    assert "학위를 확인할 수 없습니다." in page.words
    assert "석사 이상" in page.words
    page.do("sign")
    assert fresh(story.case).stage == Stage.NOTIFYING
    deliver_letters()
    assert fresh(story.case).stage == Stage.REFUSED

    from reviews.services.objection import file_objection

    objection = file_objection(
        application=fresh(story.case), actor=story.member, text="성적증명서를 보아 주세요."
    )
    assert "결정할 수 없습니다" in lead.open(url("objection", objection)).words
    assert not lead.open(url("objection", objection)).has_form(do="decide")
    other = Browser(world.second_lead())
    page = other.open(url("objection", objection))
    page = page.do("decide", upheld="yes")
    assert "필수" in page.words
    assert fresh(story.case).stage == Stage.REFUSED
    page = page.do("decide", upheld="yes", answer="새 증명서로 다시 심사합니다.")
    assert "인용" in page.words
    assert fresh(story.case).stage == Stage.DOCUMENT_REVIEW


# --- two people at once ------------------------------------------------------------------------
@pytest.mark.incident("T4")
def test_the_second_of_two_tabs_learns_who_decided_and_keeps_what_was_typed(world):
    story = world.at(Stage.DECISION)
    one, other = Browser(world["kotra.reviewer"]), Browser(world["kotra.reviewer2"])
    mine, theirs = one.open(url("decision", story.case)), other.open(url("decision", story.case))
    mine.do("draft", outcome="approve")
    page = theirs.do("draft", outcome="refuse", reason="서류가 서로 다릅니다.")
    assert page.status == 409
    assert "이미 처리되었습니다." in page.words
    assert "처리자: 박심사" in page.words
    assert "2026. 10. 12. 10:00" in page.words
    assert page.form(do="draft").values["reason"] == ["서류가 서로 다릅니다."]
    assert Decision.objects.get(application=story.case).outcome == "approve"

    held = Decision.objects.get()
    leads = [Browser(world["kotra.lead"]), Browser(world.second_lead())]
    first, second = (lead.open(url("sign_off", held)) for lead in leads)
    first.do("sign")
    page = second.do("sign")
    assert page.status == 409
    assert "처리자: 정결재" in page.words
    # A repeat by the one who signed is the same answer, not an error.
    assert first.do("sign").status == 200
    deliver_letters()
    assert Letter.objects.filter(subject=story.case.public_id).count() == 1
    told = Mail.objects.filter(about=story.case.public_id, subject__contains="발급되었습니다")
    assert told.filter(user=story.member).count() == 1


def test_a_form_from_before_a_change_is_refused_and_kept(world):
    story = world.at(Stage.VALIDATION)
    reviewer = Browser(story.reviewer)
    claim = story.case.claims.get(kind="degree")
    page = reviewer.open(url("claim", story.case, claim=claim.public_id))
    Browser(world["kotra.lead"]).open(
        url("claim", story.case, claim=story.case.claims.get(kind="identity").public_id)
    ).do("check", verdict="confirmed")
    page = page.do("check", verdict="rejected", note="학교에 그런 졸업생이 없습니다.")
    assert page.status == 409
    assert "그사이 다른 사람이 이 신청을 변경했습니다." in page.words
    assert page.form(do="check").values["note"] == ["학교에 그런 졸업생이 없습니다."]
    assert not ClaimCheck.objects.filter(claim=claim).exists()
    # Seen, and sent once more.
    page.do("check")
    assert ClaimCheck.objects.get(claim=claim).verdict == "rejected"


def test_a_value_typed_beside_the_wrong_verdict_is_not_dropped(world):
    story = world.at(Stage.VALIDATION)
    reviewer = Browser(story.reviewer)
    claim = story.case.claims.get(kind="contract")
    page = reviewer.open(url("claim", story.case, claim=claim.public_id))
    page = page.do("check", verdict="confirmed", **{"value-annual_pay": "48,000,000"})
    assert "아래에서 값을 고쳤습니다." in page.words
    page = page.do("check", verdict="corrected", note="계약서와 다릅니다.")
    assert ClaimCheck.objects.get(claim=claim).verified["annual_pay"] == 48_000_000
    page = reviewer.open(url("claim", story.case, claim=claim.public_id))
    page = page.do("check", **{"value-annual_pay": "52000000"})
    assert "고친 값이 신고 내용과 같습니다." in page.words


# --- who decides ------------------------------------------------------------------------------
@pytest.mark.incident("T25")
def test_nobody_signs_what_they_drafted(world):
    story = world.at(Stage.DECISION)
    lead = Browser(world["kotra.lead"])
    lead.open(url("decision", story.case)).do("draft", outcome="approve")
    held = Decision.objects.get()
    page = lead.open(url("sign_off", held))
    assert "직접 기안한 결정입니다." in page.words
    assert not page.has_form(do="sign")
    forged = {"do": "sign", "version": fresh(story.case).revision}
    assert lead.client.post(url("sign_off", held), forged).status_code == 403
    held.refresh_from_db()
    assert held.signed_off_at is None
    page.do("discard", reason="다시 기안하겠습니다.")
    held.refresh_from_db()
    assert held.ended_at is not None
    assert Event.objects.filter(name="decision.discarded").count() == 1


@pytest.mark.incident("T15")
def test_one_opinion_of_two_is_not_enough_unless_a_lead_says_why(world):
    story = world.at(Stage.EXTERNAL_EVALUATION)
    reviewer = Browser(story.reviewer)
    reviewer.open(url("evaluation", story.case)).do(
        "invite", evaluator=world["evaluator1"].public_id
    )
    score(world, story.case, "evaluator1", 9)
    page = reviewer.open(url("evaluation", story.case))
    assert "필요한 평가 2건 가운데 1건" in page.words
    assert not page.has_form(step="advance")
    assert not page.has_form(do="override")
    forged = {"step": "advance", "version": fresh(story.case).revision}
    reviewer.client.post(url("step", story.case), forged)
    assert fresh(story.case).stage == Stage.EXTERNAL_EVALUATION
    forged = {"do": "override", "reason": "급합니다.", "version": fresh(story.case).revision}
    assert reviewer.client.post(url("evaluation", story.case), forged).status_code == 403

    lead = Browser(world["kotra.lead"])
    page = lead.open(url("evaluation", story.case)).do("override")
    assert "필수" in page.words
    page.do("override", reason="위원 한 사람이 입원했습니다.")
    assert advance(reviewer, story.case).path == url("decision", story.case)
    assert "위원 한 사람이 입원했습니다." in lead.open(url("evaluation", story.case)).words


# --- the queue --------------------------------------------------------------------------------
def test_a_case_is_taken_once_and_moved_only_by_a_lead(world):
    case = world.story().fill().submit().fresh()
    one, other = Browser(world["kotra.reviewer"]), Browser(world["kotra.reviewer2"])
    free = reverse("reviews:queue") + "?tab=free"
    pages = [browser.open(free) for browser in (one, other)]
    taking = [page.form_to(url("take", case)) for page in pages]
    assert pages[0].send(taking[0]).path == url("case", case)
    page = pages[1].send(taking[1])
    assert "이미 처리되었습니다." in page.words
    assert "박심사" in page.words

    assert not one.open(url("people", case)).has_form(do="reassign")
    lead = Browser(world["kotra.lead"])
    page = lead.open(url("people", case))
    page = page.do("reassign", to=world["kotra.reviewer2"].public_id)
    assert "필수" in page.words
    page = page.do("reassign", reason="박심사 휴가")
    assert "박심사 휴가" in page.words
    assert case.receipt_no in other.open(reverse("reviews:queue")).words
    assert case.receipt_no not in one.open(reverse("reviews:queue")).words


def test_take_next_takes_the_most_urgent_case(world):
    late, early = (world.story().fill().submit().fresh() for _ in range(2))
    late.queue_row.__class__.objects.filter(pk=late.pk).update(due_on="2026-12-31")
    reviewer = Browser(world["kotra.reviewer"])
    page = reviewer.open(reverse("reviews:queue"))
    assert page.send(page.form_to(reverse("reviews:next"))).path == url("case", early)
    page = reviewer.open(reverse("reviews:queue"))
    assert page.send(page.form_to(reverse("reviews:next"))).path == url("case", late)
    page = reviewer.open(reverse("reviews:queue"))
    assert "배정받을 신청이 없습니다." in page.send(page.form_to(reverse("reviews:next"))).words


# --- what is looked at is logged ---------------------------------------------------------------
def test_opening_a_document_is_logged_and_never_runs_here(world):
    story = world.at(Stage.DOCUMENT_REVIEW)
    document = story.case.documents.first()
    address = url("document", story.case, document=document.public_id)
    answer = Browser(story.reviewer).client.get(address)
    assert answer.content.startswith(b"%PDF")
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in answer["Cache-Control"]
    row = AccessLog.objects.get(what="document.viewed")
    assert (row.user, row.subject_id) == (story.reviewer, story.case.public_id)
    assert row.detail == str(document.public_id)
    # An administrator sees the case, not its papers.
    assert Browser(world["kotra.admin"]).status(url("case", story.case)) == 200
    assert Browser(world["kotra.admin"]).status(address) == 403
    assert AccessLog.objects.filter(what="document.viewed").count() == 1


def test_identifiers_are_masked_until_somebody_says_why(world):
    story = world.at(Stage.DOCUMENT_REVIEW)
    reviewer = Browser(story.reviewer)
    number = story.case.candidate.passport_no
    page = reviewer.open(url("people", story.case))
    assert number not in page.html
    assert "Z00****01" in page.words
    page = page.do("unmask")
    assert number not in page.html
    assert not AccessLog.objects.exists()
    page = page.do("unmask", reason="여권 사본과 맞추어 봅니다.")
    assert number in page.words
    assert page.response["Cache-Control"].count("no-store")
    assert AccessLog.objects.get().what == "candidate.unmasked"
    event = Event.objects.get(name="candidate.unmasked")
    assert event.note.text == "여권 사본과 맞추어 봅니다."
    assert number not in reviewer.open(url("people", story.case)).html
    assert not Browser(world["kotra.admin"]).open(url("people", story.case)).has_form(do="unmask")


def test_a_new_link_for_the_candidate_ends_the_older_one(world, monday):
    from datetime import timedelta

    from programs import calendar

    story = world.at(Stage.DOCUMENT_REVIEW)
    deliver_letters()
    reviewer = Browser(story.reviewer)
    page = reviewer.open(url("people", story.case)).do("link")
    assert page.status == 409
    assert "방금 새 링크를 보냈습니다." in page.words
    with calendar.frozen(monday + timedelta(hours=1)):
        page = reviewer.open(url("people", story.case)).do("link")
    assert "새 링크를 보냈습니다." in page.words
    links = story.case.candidate_links.order_by("pk")
    assert [link.revoked_at is None for link in links] == [False, True]


def test_the_draft_of_the_letter_is_shown_before_it_is_signed(world):
    held = world.at(Stage.DECISION).draft().case.decisions.get()
    lead = Browser(world["kotra.lead"])
    picture = lead.client.get(url("draft_png", held))
    assert picture["Content-Type"] == "image/png"
    assert picture.content.startswith(b"\x89PNG")
    pdf = lead.client.get(url("draft_pdf", held))
    assert pdf.content.startswith(b"%PDF")
    assert pdf["Content-Disposition"].startswith("attachment")
    assert Browser(world["kotra.reviewer"]).status(url("draft_pdf", held)) == 403
    assert not Letter.objects.exists()


def test_an_invitation_can_be_taken_back_and_somebody_else_asked(world):
    story = world.at(Stage.EXTERNAL_EVALUATION)
    reviewer = Browser(story.reviewer)
    reviewer.open(url("evaluation", story.case)).do(
        "invite", evaluator=world["evaluator1"].public_id
    )
    page = reviewer.open(url("evaluation", story.case))
    offered = page.html
    assert f'value="{world["evaluator1"].public_id}"' not in offered
    page = page.do("revoke")
    assert Invitation.objects.get().state == Invitation.State.REVOKED
    assert f'value="{world["evaluator1"].public_id}"' in page.html
    assert Evaluator.objects.filter(active=True).count() == 3
