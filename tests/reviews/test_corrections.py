"""A lead puts right what is wrong in a case, in the product and on the record."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from applications.errors import AlreadyDone, Invalid, NotAllowed, NotNow, StaleCase
from applications.models import ClockSegment
from applications.stages import Stage
from audit.models import Event
from portal import following
from programs import calendar
from reviews.models import DataCorrection, Evaluator, Invitation
from reviews.selectors import history
from reviews.services import correction, evaluation

pytestmark = pytest.mark.django_db

WHY = "학위증의 날짜를 잘못 옮겨 적었습니다."


def degree(story):
    return story.fresh().claims.filter(kind="degree").order_by("position").first()


def correct(story, actor=None, reason=WHY, **changes):
    claim = degree(story)
    return correction.correct_claim(
        application=story.case,
        actor=actor or story.lead,
        claim=claim,
        declared={**claim.declared, **changes},
        reason=reason,
    )


class TestData:
    def test_a_slip_is_put_right_and_has_to_be_checked_again(self, world):
        story = world.at(Stage.VALIDATION)
        before = degree(story).declared
        made = correct(story, awarded_on="2015-02-20")
        claim = degree(story)
        assert claim.declared == {**before, "awarded_on": "2015-02-20"}
        assert not hasattr(claim, "check_result")
        assert (made.before, made.after) == (before, claim.declared)
        event = Event.objects.get(name="application.data_corrected")
        assert event.data["fields"] == ["awarded_on"]
        assert "2015" not in str(event.data)

    def test_both_sides_see_what_changed(self, world):
        story = world.at(Stage.VALIDATION)
        correct(story, awarded_on="2015-02-20")
        [mine] = [e for e in history.timeline(story.fresh()) if "자료 정정" in e.title]
        assert "→ 2015. 2. 20." in mine.note
        assert WHY in mine.note
        assert mine.who == str(story.lead)
        [theirs] = [e for e in following.timeline(story.case) if "오기" in e["title"]]
        assert "→ 2015. 2. 20." in theirs["note"]
        assert theirs["who"] == ""

    def test_the_candidates_name(self, world):
        story = world.at(Stage.DOCUMENT_REVIEW)
        correction.correct_candidate(
            application=story.case,
            actor=story.lead,
            fields={"given_names": "THI SANG"},
            reason=WHY,
        )
        case = story.fresh()
        assert case.candidate.given_names == "THI SANG"
        assert case.claims.get(kind="identity").declared["given_names"] == "THI SANG"

    def test_a_corrected_nationality_or_occupation_is_what_the_queue_goes_by(self, world):
        story = world.at(Stage.DOCUMENT_REVIEW)
        row = story.fresh().queue_row
        assert row.language == "vi"
        correction.correct_candidate(
            application=story.case, actor=story.lead, fields={"nationality": "UZB"}, reason=WHY
        )
        assert story.fresh().queue_row.language == "uz"
        job = story.fresh().claims.get(kind="contract")
        other = next(
            one.code for one in story.case.manifest.occupations if one.code != row.occupation
        )
        correction.correct_claim(
            application=story.fresh(),
            actor=story.lead,
            claim=job,
            declared={**job.declared, "occupation": other},
            reason=WHY,
        )
        assert story.fresh().queue_row.occupation == other

    def test_the_passport_number_is_sealed_in_the_trace(self, world):
        story = world.at(Stage.DOCUMENT_REVIEW)
        made = correction.correct_candidate(
            application=story.case,
            actor=story.lead,
            fields={"passport_no": "M7654321"},
            reason=WHY,
        )
        stored = DataCorrection.objects.filter(pk=made.pk).extra(select={"raw": "after::text"})
        assert b"M7654321" not in bytes(str(stored.values_list("raw", flat=True)[0]), "utf8")
        [event] = [e for e in history.timeline(story.fresh()) if "자료 정정" in e.title]
        assert "M7654321" not in event.note

    def test_only_a_lead_with_a_reason_and_in_time(self, world):
        story = world.at(Stage.VALIDATION)
        for login in ("kotra.reviewer", "kotra.admin", "gyeonggi.lead", "company"):
            with pytest.raises(NotAllowed):
                correct(story, actor=world[login], awarded_on="2015-02-20")
        with pytest.raises(Invalid):
            correct(story, reason=" ", awarded_on="2015-02-20")
        with pytest.raises(Invalid) as wrong:
            correct(story, awarded_on="soon")
        assert "awarded_on" in wrong.value.errors
        with pytest.raises(NotNow, match="바뀐"):
            correct(story)
        with pytest.raises(StaleCase):
            correction.correct_candidate(
                application=story.case,
                actor=story.lead,
                fields={"surname": "X"},
                reason=WHY,
                expected_revision=1,
            )
        decided = world.at(Stage.DECISION)
        with pytest.raises(NotNow):
            correct(decided, awarded_on="2015-02-20")

    def test_not_under_a_drafted_decision(self, world):
        story = world.at(Stage.DECISION).draft()
        with pytest.raises(NotNow):
            correct(story, awarded_on="2015-02-20")

    def test_the_database_wants_a_reason_too(self, world):
        story = world.at(Stage.VALIDATION)
        with pytest.raises(IntegrityError), transaction.atomic():
            DataCorrection.objects.create(
                application=story.case,
                subject="degree",
                before={},
                after={},
                reason="",
                actor=story.lead,
                at=calendar.now(),
            )


class TestReopening:
    def go_back(self, story, name="reopen_documents", actor=None, reason="서류를 빠뜨렸습니다."):
        return correction.reopen(
            application=story.fresh(), actor=actor or story.lead, name=name, reason=reason
        )

    def test_to_the_documents_and_forward_again(self, world):
        story = world.at(Stage.VALIDATION)
        self.go_back(story)
        assert story.fresh().at == Stage.DOCUMENT_REVIEW
        assert story.case.queue_row.stage == Stage.DOCUMENT_REVIEW
        [event] = [e for e in history.timeline(story.case) if "되돌렸" in e.title]
        assert event.note == "서류를 빠뜨렸습니다."
        story.check_documents()
        assert story.fresh().at == Stage.VALIDATION

    def test_open_evaluations_end_with_their_stage(self, world):
        story = world.at(Stage.EXTERNAL_EVALUATION)
        evaluation.invite(
            application=story.case,
            actor=story.reviewer,
            evaluator=Evaluator.objects.get(user=world["evaluator1"]),
        )
        self.go_back(story, "reopen_validation")
        assert story.fresh().at == Stage.VALIDATION
        assert Invitation.objects.get().state == "revoked"

    def test_not_under_a_draft_nor_after_sign_off(self, world):
        story = world.at(Stage.DECISION).draft()
        with pytest.raises(NotNow, match="기안"):
            self.go_back(story)
        story = world.at(Stage.APPROVED)
        with pytest.raises(AlreadyDone):
            self.go_back(story)

    def test_only_a_lead_and_only_with_a_reason(self, world):
        story = world.at(Stage.VALIDATION)
        for login in ("kotra.reviewer", "kotra.admin", "gyeonggi.lead", "company"):
            with pytest.raises(NotAllowed):
                self.go_back(story, actor=world[login])
        with pytest.raises(Invalid):
            self.go_back(story, reason="")
        with pytest.raises(NotNow):
            self.go_back(story, "approve")


class TestRecounting:
    def test_what_was_recorded_wrongly_is_counted_again(self, world):
        story = world.at(Stage.DOCUMENT_REVIEW)
        with pytest.raises(NotNow):
            correction.recount(application=story.case, actor=story.lead, reason=WHY)
        ClockSegment.objects.create(
            application=story.case,
            reason="hearing",
            from_on=date(2026, 10, 14),
            until_on=date(2026, 10, 15),
        )
        assert correction.recounted(story.fresh()).legal == date(2026, 10, 27)
        assert story.case.legal_due_on == date(2026, 10, 23)
        change = correction.recount(application=story.case, actor=story.lead, reason=WHY)
        assert (change.cause, change.legal_after) == ("correction", date(2026, 10, 27))
        assert story.fresh().queue_row.due_on == date(2026, 10, 27)
        with pytest.raises(NotAllowed):
            correction.recount(application=story.case, actor=story.reviewer, reason=WHY)


class TestPage:
    def open(self, world, story, login="kotra.lead", **data):
        client = Client()
        client.force_login(world[login])
        path = reverse("reviews:corrections", kwargs={"public_id": story.case.public_id})
        return client.post(path, data) if data else client.get(path)

    def test_is_a_leads(self, world):
        story = world.at(Stage.VALIDATION)
        assert self.open(world, story).status_code == 200
        assert self.open(world, story, "kotra.reviewer").status_code == 403
        assert self.open(world, story, "gyeonggi.lead").status_code == 404

    def test_shows_what_would_change_before_it_does(self, world):
        story = world.at(Stage.VALIDATION)
        claim = degree(story)
        said = {
            "do": "look_data",
            "version": story.case.revision,
            "what": str(claim.public_id),
            "reason": WHY,
            **{name: value for name, value in claim.declared.items() if value is not None},
            "related": "true" if claim.declared.get("related") else "false",
            "awarded_on": "2015-02-20",
        }
        page = self.open(world, story, **said)
        text = page.content.decode()
        assert page.status_code == 200
        assert "2015. 2. 20." in text
        assert "아직 아무것도 바뀌지 않았습니다." in text
        assert degree(story).declared == claim.declared
        assert self.open(world, story, **{**said, "do": "data"}).status_code == 302
        assert degree(story).declared["awarded_on"] == "2015-02-20"

    def test_goes_back_by_two_steps(self, world):
        story = world.at(Stage.VALIDATION)
        said = {
            "do": "look_reopen",
            "version": story.case.revision,
            "name": "reopen_documents",
            "reason": "서류를 빠뜨렸습니다.",
        }
        assert "서류 심사" in self.open(world, story, **said).content.decode()
        assert story.fresh().at == Stage.VALIDATION
        assert self.open(world, story, **{**said, "do": "reopen"}).status_code == 302
        assert story.fresh().at == Stage.DOCUMENT_REVIEW
