"""Supplementing or changing on one's own, before the decision (PETITION-ACT §22②)."""

from datetime import timedelta

import pytest

from applications.errors import NotAllowed, NotNow, StaleCase
from applications.models import BufferedDocument, Demand, SupplementRequest
from applications.papers import current_documents
from applications.services import drafting, own_change, withdrawal
from applications.services.buffer import with_buffer
from applications.services.supplement import Asked, request_supplement
from applications.stages import WORKED, Stage
from notifications.models import Mail
from portal.demo import samples
from programs import calendar
from reviews.models import ClaimCheck, Decision, Invitation
from reviews.selectors.returning import changes
from tests.outbox import deliver_letters
from tests.pages import at, text

pytestmark = pytest.mark.django_db


def begin(story):
    return own_change.begin(application=story.fresh(), actor=story.member)


def change(story, address="경기도 수원시 새길 7"):
    """Begin, and change one field and one paper; nothing is sent."""
    begin(story)
    drafting.save_candidate(
        application=story.fresh(), actor=story.member, fields={"address": address}
    )
    paper = current_documents(story.fresh())[0]
    drafting.upload_document(
        application=story.fresh(),
        actor=story.member,
        code=paper.code,
        upload=samples.paper("새 서류"),
        replaces=paper,
    )
    return paper


def send(story, **more):
    """An hour later."""
    with calendar.frozen(calendar.now() + timedelta(hours=1)):
        return own_change.send(
            application=story.fresh(), actor=story.member, words="주소를 옮겼습니다.", **more
        )


def own(story):
    return SupplementRequest.every.get(application=story.case, demand=Demand.OWN)


class TestBuffer:
    def test_nothing_is_seen_before_it_is_sent(self, world):
        story = world.at(Stage.DOCUMENT_REVIEW)
        before = story.fresh()
        paper = change(story)
        case = story.fresh()
        assert case.candidate.address == before.candidate.address
        assert [one.pk for one in current_documents(case) if one.code == paper.code] == [paper.pk]
        assert (case.revision, case.at, case.due_on) == (
            before.revision,
            before.at,
            before.due_on,
        )
        assert not case.supplements.exists()
        assert changes(case) is None
        laid = with_buffer(case)
        assert laid.candidate.address == "경기도 수원시 새길 7"

    def test_nothing_can_be_edited_before_it_is_begun(self, world):
        story = world.at(Stage.VALIDATION)
        with pytest.raises(NotNow, match="스스로 고치기"):
            drafting.save_candidate(
                application=story.fresh(), actor=story.member, fields={"address": "x"}
            )

    def test_a_second_one_finds_the_first(self, world):
        story = world.at(Stage.DOCUMENT_REVIEW)
        assert begin(story).pk == begin(story).pk

    def test_given_up_it_is_gone(self, world):
        story = world.at(Stage.DOCUMENT_REVIEW)
        change(story)
        for _twice in range(2):
            own_change.give_up(application=story.fresh(), actor=story.member)
        assert not SupplementRequest.every.exists()
        assert not BufferedDocument.objects.exists()
        with pytest.raises(NotNow, match="보낼 변경이 없습니다"):
            send(story)

    @pytest.mark.parametrize("login", ["company2", "kotra.reviewer", "kotra.lead"])
    def test_nobody_else(self, world, login):
        story = world.at(Stage.DOCUMENT_REVIEW)
        change(story)
        for step in (
            lambda: own_change.begin(application=story.fresh(), actor=world[login]),
            lambda: own_change.give_up(application=story.fresh(), actor=world[login]),
            lambda: own_change.send(application=story.fresh(), actor=world[login], words="x"),
        ):
            with pytest.raises(NotAllowed):
                step()

    def test_not_after_the_decision(self, world):
        story = world.at(Stage.APPROVED)
        with pytest.raises(NotNow):
            begin(story)


class TestSending:
    def test_the_reviewer_sees_what_has_changed_and_the_clock_runs_on(self, world):
        story = world.at(Stage.VALIDATION)
        due, holder = story.fresh().legal_due_on, story.fresh().queue_row.assignee
        change(story)
        case = send(story)
        assert (case.at, case.queue_row.assignee, case.queue_row.urgency) == (
            Stage.DOCUMENT_REVIEW,
            holder,
            1,
        )
        assert case.candidate.address == "경기도 수원시 새길 7"
        assert (case.legal_due_on, case.clock_segments.exists()) == (due, False)
        found = changes(case)
        assert found.own
        assert [(file.name, file.old_name != "") for file in found.files] == [("새 서류.pdf", True)]
        (own,) = found.claims
        assert [(fact.label, fact.after) for fact in own.facts] == [
            ("국내 주소", "경기도 수원시 새길 7")
        ]
        step = case.changes.last()
        assert (step.transition, step.reason) == ("supplement_unasked", "주소를 옮겼습니다.")
        deliver_letters()
        mail = Mail.objects.filter(user=holder).latest("pk")
        assert "신청인이 스스로 보완했습니다" in mail.subject

    def test_changed_facts_are_beside_the_old_ones_and_unchecked(self, world):
        story = world.at(Stage.VALIDATION)
        begin(story)
        held = story.case.claims.filter(kind="degree").first()
        declared = held.declared | {"institution": "Another University"}
        rest = story.case.claims.filter(kind="degree").order_by("position")
        items = [declared if one.pk == held.pk else one.declared for one in rest]
        drafting.save_claims(
            application=story.fresh(), actor=story.member, kind="degree", items=items
        )
        case = send(story)
        (claim,) = changes(case).claims
        assert "Another University" in [fact.after for fact in claim.facts]
        new = case.claims.get(kind="degree", position=held.position)
        assert not ClaimCheck.objects.filter(claim=new).exists()

    def test_a_second_one_is_compared_with_what_was_before_it(self, world):
        story = world.at(Stage.DOCUMENT_REVIEW)
        change(story)
        send(story)
        with calendar.frozen(calendar.now() + timedelta(hours=2)):
            begin(story)
            paper = current_documents(story.fresh())[0]
            drafting.remove_document(application=story.fresh(), actor=story.member, document=paper)
            found = changes(send(story))
        assert (len(found.removed), found.files) == (1, [])

    def test_drafts_and_evaluations_that_rest_on_the_old_are_taken_away(self, world):
        story = world.at(Stage.EXTERNAL_EVALUATION)
        change(story)
        send(story)
        assert not Invitation.objects.filter(
            application=story.case, state__in=Invitation.OPEN
        ).exists()
        other = world.at(Stage.DOCUMENT_REVIEW).draft("return", "서류가 없습니다.")
        assert other.fresh().at == Stage.DECISION
        change(other)
        assert send(other).at == Stage.DOCUMENT_REVIEW
        held = Decision.objects.get(application=other.case)
        assert (held.ended_because, held.ended_by) == ("applicant_changed", other.member)
        assert held.ended_words == "신청인이 스스로 보완하거나 바꿈"

    def test_an_old_form_is_noticed(self, world):
        story = world.at(Stage.DOCUMENT_REVIEW)
        change(story)
        with pytest.raises(StaleCase):
            send(story, expected_revision=story.fresh().revision - 1)


class TestMeeting:
    def test_a_request_of_the_office_takes_up_what_was_begun(self, world):
        story = world.at(Stage.DOCUMENT_REVIEW)
        change(story)
        request = request_supplement(
            application=story.fresh(),
            actor=story.reviewer,
            items=[Asked(text="설명해 주세요.", optional=True)],
        )
        assert not SupplementRequest.every.filter(demand=Demand.OWN).exists()
        assert request.buffered_sections.get().section == "candidate"
        story.answer()
        assert story.fresh().candidate.address == "경기도 수원시 새길 7"

    def test_an_end_throws_it_away(self, world):
        story = world.at(Stage.DOCUMENT_REVIEW)
        change(story)
        withdrawal.withdraw(application=story.fresh(), actor=story.member)
        assert not SupplementRequest.every.exists()

    def test_a_signed_decision_throws_it_away(self, world):
        story = world.at(Stage.DOCUMENT_REVIEW).draft("return", "서류가 없습니다.")
        change(story)
        story.sign_off()
        assert not SupplementRequest.every.exists()


class TestPages:
    def test_from_the_case_to_the_reviewer(self, world, member):
        story = world.at(Stage.DOCUMENT_REVIEW)
        url = at("own_change", story.case)
        assert url in member.get(f"/cases/{story.case.public_id}/").content.decode()
        assert "고치기 시작" in text(member.get(url))
        assert member.get(at("edit", story.case, "candidate")).status_code == 302
        assert member.post(url, {"do": "begin"}).url == url
        assert "아직 고친 것이 없습니다" in text(member.get(url))
        assert member.get(at("edit", story.case, "candidate")).status_code == 200
        assert member.get(at("documents", story.case)).status_code == 200
        change(story)
        page = member.get(url)
        assert "새 서류.pdf" in text(page)
        assert "고침 ·" in text(page)
        assert "보내지 않은 것이 있습니다" in text(member.get(f"/cases/{story.case.public_id}/"))
        missing = member.post(url, {"do": "send", "words": " "})
        assert "무엇을 왜 바꾸었는지 적어 주세요." in text(missing)
        revision = story.fresh().revision
        stale = member.post(url, {"do": "send", "words": "이사", "version": str(revision - 1)})
        assert (stale.status_code, "이사" in text(stale)) == (409, True)
        member.post(url, {"do": "send", "words": "이사", "version": str(revision)})
        assert own(story).closed_because == "answered"

    def test_what_is_not_open_to_it_leads_to_the_case(self, world, member, asked):
        done = world.at(Stage.APPROVED)
        assert member.get(at("own_change", done.case)).url == f"/cases/{done.case.public_id}/"
        assert member.get(at("own_change", asked.case)).url == at("supplement", asked.case)


def test_open_wherever_the_office_works(world):
    assert {Stage.DOCUMENT_REVIEW, Stage.VALIDATION, Stage.EXTERNAL_EVALUATION, Stage.DECISION} == (
        WORKED
    )
