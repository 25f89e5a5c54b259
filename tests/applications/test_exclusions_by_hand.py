"""Days that a lead writes down as not counting (APA-DECREE §11)."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from applications import workflow
from applications.errors import Invalid, NotAllowed, NotNow, StaleCase
from applications.models import ClockSegment
from applications.reckoning import reckoning
from applications.services import exclusions
from applications.services.supplement import Asked, request_supplement
from applications.stages import Stage
from audit.models import Event
from tests.applications.test_clock_of_a_case import on, rules_say
from tests.person import Browser

pytestmark = pytest.mark.django_db
WHY = "관할이 다른 기관에서 서류가 돌아오기까지 걸린 날입니다."


def october(day):
    return date(2026, 10, day)


@pytest.fixture
def story(world):
    """Received Monday the 12th, ten days: due Friday the 23rd."""
    rules_say(excluded={"reasons": ["transfer", "hearing", "external_evaluation"], "assumed": True})
    return world.at(Stage.DOCUMENT_REVIEW)


def leave_out(story, first, last, *, actor=None, reason="transfer", words=WHY, **more):
    return exclusions.leave_out(
        application=story.fresh(),
        actor=actor or story.lead,
        reason=reason,
        from_on=october(first),
        until_on=october(last),
        words=words,
        **more,
    )


def test_both_ends_are_left_out_and_the_weekend_was_never_counted(story):
    with on(20):
        leave_out(story, 14, 19)
    case = story.fresh()
    # 14, 15, 16 and 19: four days later than the 23rd.
    assert (case.legal_due_on, case.queue_row.due_on) == (october(29), october(29))
    change = case.due_changes.get()
    assert (change.cause, change.actor) == ("exclusion", story.lead)
    event = Event.objects.get(name="clock.days_left_out")
    assert event.data == {"reason": "transfer", "from": "2026-10-14", "until": "2026-10-19"}
    note = next(line.note for line in reckoning(case, for_office=True).lines if "~" in line.value)
    assert note == f"이송 기간: {WHY}"
    note = next(line.note for line in reckoning(case, for_office=False).lines if "~" in line.value)
    assert note == "이송 기간"


def test_beside_a_supplement_each_day_is_left_out_once(story):
    with on(14):
        request_supplement(
            application=story.fresh(),
            actor=story.reviewer,
            items=[Asked(text="설명", optional=True)],
        )
    with on(15):
        story.answer()
    with on(20):
        with pytest.raises(Invalid) as refused:
            leave_out(story, 14, 16)
        assert "보완 기간" in refused.value.errors["from_on"][0]
        leave_out(story, 15, 16)
    # 14, 15 and 16.
    assert story.fresh().legal_due_on == october(28)


def test_taken_back_the_days_count_again(story):
    with on(20):
        held = leave_out(story, 14, 19)
        exclusions.count_again(
            application=story.fresh(), actor=story.lead, segment=held, words="잘못 적었습니다."
        )
        with pytest.raises(NotNow):
            exclusions.count_again(
                application=story.fresh(), actor=story.lead, segment=held, words="다시"
            )
    assert story.fresh().legal_due_on == october(23)
    assert story.fresh().due_changes.count() == 2
    assert Event.objects.filter(name="clock.days_counted_again").count() == 1


def test_what_the_product_has_left_out_itself_is_not_taken_back(story):
    request_supplement(
        application=story.fresh(), actor=story.reviewer, items=[Asked(text="설명", optional=True)]
    )
    with pytest.raises(NotNow):
        exclusions.count_again(
            application=story.fresh(),
            actor=story.lead,
            segment=ClockSegment.objects.get(),
            words="다시",
        )


@pytest.mark.parametrize(
    ("first", "last", "more", "field"),
    [
        (14, 13, {}, "until_on"),
        (14, 21, {}, "until_on"),
        (11, 14, {}, "from_on"),
        (14, 15, {"reason": "test"}, "reason"),
        (14, 15, {"reason": "external_evaluation"}, "reason"),
        (14, 15, {"reason": "supplement"}, "reason"),
        (14, 15, {"words": " "}, "words"),
        (14, 15, {"words": "x" * 2001}, "words"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(story, first, last, more, field):
    with on(20), pytest.raises(Invalid) as refused:
        leave_out(story, first, last, **more)
    assert set(refused.value.errors) == {field}


def test_a_leads_and_only_while_the_case_is_open(story, world):
    with on(20):
        for login in ("kotra.reviewer", "kotra.admin", "gyeonggi.lead", "company"):
            with pytest.raises(NotAllowed):
                leave_out(story, 14, 15, actor=world[login])
        with pytest.raises(StaleCase):
            leave_out(story, 14, 15, expected_revision=story.fresh().revision - 1)
        workflow.apply(application=story.fresh(), name="withdraw", actor=story.member)
        with pytest.raises(NotNow):
            leave_out(story, 14, 15)


def test_the_database_wants_words_and_an_end(story):
    for wrong in ({"words": ""}, {"until_on": None}):
        said = {"words": WHY, "until_on": october(15), **wrong}
        with pytest.raises(IntegrityError, match="by_hand_says_why"), transaction.atomic():
            ClockSegment.objects.create(
                application=story.case,
                reason="hearing",
                from_on=october(14),
                recorded_by=story.lead,
                **said,
            )


class TestPage:
    def url(self, story):
        return reverse("reviews:dates", kwargs={"public_id": story.case.public_id})

    def test_looked_at_first_then_done_then_taken_back(self, story):
        with on(20):
            page = Browser(story.lead).open(self.url(story))
            typed = {"reason": "transfer", "from_on": "2026-10-14", "until_on": "20261019"}
            page = page.do("look_out", **typed, words=WHY)
            assert "2026. 10. 23. → 2026. 10. 29." in page.words
            assert "행정절차법 시행령 제11조" in page.words
            assert not ClockSegment.objects.exists()
            page = page.do("leave_out")
            assert "기한을 다시 계산했습니다." in page.words
            held = ClockSegment.objects.get()
            assert (held.from_on, held.until_on) == (october(14), october(19))
            page = page.do("count_again", **{f"again{held.pk}-words": ""})
            assert ClockSegment.objects.exists()
            page.do("count_again", **{f"again{held.pk}-words": "착오"})
        assert not ClockSegment.objects.exists()
        assert story.fresh().legal_due_on == october(23)

    def test_what_was_typed_wrong_stays(self, story):
        with on(20):
            page = Browser(story.lead).open(self.url(story))
            page = page.do(
                "look_out",
                reason="transfer",
                from_on="2026-10-19",
                until_on="2026-10-14",
                words=WHY,
            )
        assert "마지막 날은 첫날보다 빠를 수 없습니다." in page.words
        assert WHY in page.html

    def test_a_reviewer_has_no_form_and_a_programme_without_reasons_says_so(self, story, world):
        page = Browser(story.reviewer).open(self.url(story))
        assert not page.has_form(do="look_out")
        rules_say(excluded={"reasons": ["external_evaluation"], "assumed": True})
        other = world.at(Stage.DOCUMENT_REVIEW)
        page = Browser(other.lead).open(self.url(other))
        assert not page.has_form(do="look_out")
        assert "사유를 정하지 않았습니다" in page.words
