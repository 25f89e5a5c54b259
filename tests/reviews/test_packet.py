"""The evaluator's packet: opens for one person, names nobody too early, closes for good."""

from datetime import timedelta

import pytest
from django.urls import reverse

from accounts.models import StaffRole
from audit.models import AccessLog
from portal.demo import samples
from programs import calendar
from reviews.models import Evaluator, Invitation
from reviews.services import decision, evaluation, signing
from tests.outbox import deliver_letters, draw_pages
from tests.person import Browser

pytestmark = pytest.mark.django_db

NAME, NUMBER = "ZQXCANDIDATE", "Z7654321"


@pytest.fixture
def story(world):
    from applications.stages import Stage

    told = world.story()
    told.person = {**samples.CANDIDATES[2], "surname": NAME, "passport_no": NUMBER}
    return told.reach(Stage.EXTERNAL_EVALUATION)


def asked(world, story, login="evaluator1") -> Invitation:
    return evaluation.invite(
        application=story.case,
        actor=story.reviewer,
        evaluator=Evaluator.objects.get(user=world[login]),
    )


def address(invitation):
    return reverse("reviews:packet", kwargs={"public_id": invitation.public_id})


def papers(page):
    """The addresses a packet gives to its papers: pictures, other papers, what is drawn later."""
    return [line for line in page.html.split('"') if "/documents/" in line or "?paper=" in line]


def picture(invitation, code="contract", number=1):
    """The address of a page's picture, drawn first."""
    document = invitation.application.documents.get(code=code)
    draw_pages(document.stored)
    return reverse(
        "reviews:packet_page",
        kwargs={
            "public_id": invitation.public_id,
            "document": document.public_id,
            "number": number,
        },
    )


def document_of(invitation, code="contract"):
    return invitation.application.documents.get(code=code)


def test_nobody_is_named_before_the_declaration(world, story):
    invitation = asked(world, story)
    page = Browser(world["evaluator1"]).open(address(invitation))
    for secret in (NAME, NUMBER, story.case.company.name_ko, story.case.receipt_no):
        assert secret not in page.html
    assert not papers(page)
    page = page.do("declare")
    assert "필수" in page.words
    assert NAME not in page.html
    page = page.do("declare", ties="none")
    assert NAME in page.html
    assert NUMBER not in page.html


def test_the_packet_holds_what_is_needed_and_no_identifiers(world, story):
    invitation = asked(world, story)
    evaluation.declare_no_conflict(invitation=invitation, actor=world["evaluator1"])
    person = Browser(world["evaluator1"])
    page = person.open(address(invitation))
    assert "학위증" in page.words
    assert "외국인 활용계획서" in page.words
    assert "여권 사본" not in page.words
    assert "사업자등록증" not in page.words
    for secret in (NUMBER, story.person["registration_no"], "1997"):
        assert secret not in page.html
    shown = picture(invitation)
    page = person.open(address(invitation) + f"?paper={document_of(invitation).public_id}")
    assert shown in page.html
    answer = person.client.get(shown)
    assert answer["Content-Type"].startswith("image/")
    assert answer["Cache-Control"] == "private, no-store"
    opened = AccessLog.objects.filter(what="document.viewed", user=world["evaluator1"])
    # The paper that was shown first, and the one that was asked for; each opening once.
    assert opened.count() == 2
    assert set(opened.values_list("subject_id", flat=True)) == {story.case.public_id}
    hidden = picture(invitation, "passport_copy")
    assert person.status(hidden) == 404
    assert person.status(hidden.removesuffix("1/")) == 404
    assert person.status(reverse("reviews:case", args=[story.case.public_id])) == 404
    assert person.status(reverse("reviews:queue")) == 403


@pytest.mark.incident("T14")
def test_a_forwarded_link_opens_for_nobody_else(world, story):
    invitation = asked(world, story)
    for login in ("evaluator2", "kotra.reviewer", "kotra.lead", "kotra.admin", "company"):
        assert Browser(world[login]).status(address(invitation)) == 404
    assert Browser().status(address(invitation)) == 302
    Evaluator.objects.filter(user=world["evaluator1"]).update(active=False)
    assert Browser(world["evaluator1"]).status(address(invitation)) == 404


def revoked(story, invitation):
    evaluation.revoke(invitation=invitation, actor=story.reviewer)


def answered(story, invitation):
    story.answer_invitation(invitation, 80)


def decided(story, invitation):
    evaluation.override_quorum(
        application=story.fresh(), actor=story.lead, reason="위원이 답하지 않습니다."
    )
    story.draft("refuse", "확인할 수 없습니다.")
    signing.sign_off(decision=decision.live_decision(story.fresh()), actor=story.lead)


def expired(story, invitation):
    # Its last day was yesterday, and no job came by.
    yesterday = calendar.today() - timedelta(days=1)
    Invitation.objects.filter(pk=invitation.pk).update(due_on=yesterday)


def recused(story, invitation):
    evaluation.recuse(invitation=invitation, actor=invitation.evaluator.user)


@pytest.mark.incident("T14")
@pytest.mark.parametrize("ending", [revoked, answered, decided, recused, expired])
def test_the_packet_is_closed_for_good(world, story, ending):
    invitation = asked(world, story)
    evaluation.declare_no_conflict(invitation=invitation, actor=world["evaluator1"])
    person = Browser(world["evaluator1"])
    page = person.open(address(invitation))
    paper = picture(invitation)
    later = paper.removesuffix("1/")
    assert papers(page)
    assert (person.status(paper), person.status(later)) == (200, 200)
    ending(story, invitation)
    closed = person.open(address(invitation))
    assert closed.status == 200
    assert NAME not in closed.html
    assert not papers(closed)
    assert not closed.has_form(do="save")
    assert not closed.has_form(do="check")
    assert (person.status(paper), person.status(later)) == (404, 404)
    # What is still open in a tab is answered with a sentence, and what was typed stays readable.
    late = page.do("save", opinion="늦게 쓴 의견")
    assert late.status == 409
    assert NAME not in late.html
    if ending is not answered:
        assert "늦게 쓴 의견" in late.words
    invitation.refresh_from_db()
    assert "늦게 쓴 의견" not in invitation.opinion


@pytest.mark.incident("T14")
def test_no_evaluator_sees_another_ones_score(world, story):
    first, second = asked(world, story), asked(world, story, "evaluator2")
    words = "첫째 위원만의 의견"
    person = Browser(world["evaluator1"])
    page = person.open(address(first)).do("declare", ties="none")
    codes = [criterion["code"] for criterion in first.rubric["criteria"]]
    page.do("check", **{f"points_{code}": 10 for code in codes}, opinion=words).do("submit")
    assert words in person.open(address(first)).words
    other = Browser(world["evaluator2"])
    assert words not in other.open(address(second)).html
    page = other.open(address(second)).do("declare", ties="none")
    assert words not in page.html
    assert words not in other.open(reverse("reviews:evaluations")).html
    # Nor does the office, as long as one answer is out.
    staff = reverse("reviews:evaluation", kwargs={"public_id": story.case.public_id})
    assert words not in Browser(story.reviewer).open(staff).html
    page.do("check", **{f"points_{code}": 5 for code in codes}).do("submit")
    assert words in Browser(story.reviewer).open(staff).words


def test_scores_are_kept_as_typed_and_stand_once_sent(world, story):
    invitation = asked(world, story)
    person = Browser(world["evaluator1"])
    page = person.open(address(invitation)).do("declare", ties="none")
    codes = [criterion["code"] for criterion in invitation.rubric["criteria"]]
    first, *others = (f"points_{code}" for code in codes)
    page = page.do("save", **{first: 11})
    assert "10" in page.words
    assert page.form(do="save").values[first] == ["11"]
    assert not invitation.scores.exists()
    page = page.do("check", **{first: 2}, **dict.fromkeys(others, "8"))
    assert "낮은 점수에는 이유를 적어 주세요." in page.words
    assert page.form(do="check").values[others[0]] == ["8"]
    assert invitation.scores.count() == len(codes)
    page = page.do("check", **{f"comment_{codes[0]}": "경력이 직무와 다릅니다."})
    assert page.path.endswith("/check/")
    # 20 % of 40, 80 % of the other 60.
    assert "56 / 100점" in page.words
    invitation.refresh_from_db()
    assert invitation.state == Invitation.State.ACCEPTED
    page = page.do("submit")
    assert "평가를 제출했습니다. 감사합니다." in page.words
    invitation.refresh_from_db()
    assert invitation.state == Invitation.State.SUBMITTED


def test_who_belongs_to_the_office_or_company_is_not_offered(world, story):
    from accounts.models import CompanyMembership, StaffMembership

    CompanyMembership.objects.create(company=story.case.company, user=world["evaluator1"])
    StaffMembership.objects.create(
        office=story.case.office, user=world["evaluator2"], role=StaffRole.REVIEWER
    )
    staff = reverse("reviews:evaluation", kwargs={"public_id": story.case.public_id})
    page = Browser(story.reviewer).open(staff)
    assert str(world["evaluator1"].public_id) not in page.html
    assert str(world["evaluator2"].public_id) not in page.html
    assert str(world["evaluator3"].public_id) in page.html


def test_the_invitation_mail_leads_to_the_packet(world, story, mailoutbox):
    invitation = asked(world, story)
    deliver_letters()
    mail = next(mail for mail in mailoutbox if mail.to == [world["evaluator1"].email])
    assert address(invitation) in mail.body
    assert NAME not in mail.body
    assert story.case.company.name_ko not in mail.body
