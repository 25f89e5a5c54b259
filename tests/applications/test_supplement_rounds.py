"""A round of asking from its request to its end: partial answers, re-asks, more time, the second
demand, a request that cannot be delivered; and the clock beside it."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from applications import guards, workflow
from applications.errors import AlreadyDone, Invalid, NotNow
from applications.models import (
    BufferedDocument,
    SupplementDelivery,
    SupplementExtension,
    SupplementItem,
    SupplementRequest,
)
from applications.services import delivery, drafting, more_time, notices, reminders, supplement
from applications.services.supplement import Asked
from applications.services.supplement_items import judge_item
from applications.stages import Stage
from notifications.models import Mail, OutboxRow
from portal.demo import samples
from programs import calendar
from tests.outbox import deliver_letters
from tests.pages import items_of
from tests.world import MONDAY

pytestmark = pytest.mark.django_db
TODAY = MONDAY.date()


def on(days):
    return calendar.frozen(MONDAY + timedelta(days=days))


@pytest.fixture
def two(world):
    """Asked for two listed documents and a field of the form, for ten days."""
    story = world.at(Stage.DOCUMENT_REVIEW)
    codes = [document.code for document in story.fresh().manifest.documents[:2]]
    supplement.request_supplement(
        application=story.case,
        actor=story.reviewer,
        days=10,
        items=[
            Asked(document_code=codes[0], reason="unreadable"),
            Asked(document_code=codes[1], text="2쪽이 없습니다.", reason="pages"),
            Asked(section="candidate", field="address", reason="incomplete"),
        ],
    )
    return story


def request_of(story):
    return story.fresh().supplements.order_by("round").last()


def answer(story, number):
    """Answer the item with this number in the buffer; nothing is sent."""
    item = items_of(story)[number]
    return supplement.answer_item(
        application=story.fresh(),
        actor=story.member,
        item=item,
        answer="답변",
        upload=samples.paper("새 서류") if item.document_code else None,
    )


def send(story):
    return supplement.send_part(application=story.fresh(), actor=story.member)


def segments(story):
    rows = story.case.clock_segments.order_by("pk")
    return [(row.from_on, row.until_on) for row in rows]


# --- what may be asked ----------------------------------------------------------------------------
def test_petition_act_10_asks_only_for_what_is_listed_or_optional(world):
    story = world.at(Stage.DOCUMENT_REVIEW)
    ask = {"application": story.case, "actor": story.reviewer}
    for bad, field in [
        (Asked(text="통장 사본"), "0.document_code"),
        (Asked(text="통장 사본", document_code="bankbook"), "0.document_code"),
        (Asked(text="고쳐 주세요.", section="nothing"), "0.section"),
        (Asked(text="고쳐 주세요.", section="candidate", field="shoe_size"), "0.field"),
        (Asked(text="x", reason="no_such"), "0.reason"),
    ]:
        with pytest.raises(Invalid) as refused:
            supplement.request_supplement(**ask, items=[bad])
        assert field in refused.value.errors
    request = supplement.request_supplement(**ask, items=[Asked(text="통장 사본", optional=True)])
    with pytest.raises(IntegrityError, match="petition_act_10"), transaction.atomic():
        SupplementItem.objects.create(request=request, position=9, text="통장 사본")


def test_a_reason_is_said_in_the_reader_s_language(two):
    from django.utils import translation

    item = items_of(two)[1]
    assert item.said.endswith("2쪽이 없습니다.")
    with translation.override("en"):
        assert item.said.startswith("Pages are missing.")


# --- partial answers (T26) ------------------------------------------------------------------------
@pytest.mark.incident("T26")
def test_answering_one_item_does_not_restart_the_clock(two):
    with on(2):
        answer(two, 0)
        send(two)
        case = two.fresh()
        assert case.stage == Stage.SUPPLEMENT
        assert case.queue_row.parked
        assert segments(two) == [(TODAY, None)]
        first, second, third = items_of(two)
        assert (first.state, second.state, third.state) == ("sent", "open", "open")
    with on(4):
        answer(two, 1)
        answer(two, 2)
        send(two)
        assert two.fresh().stage == Stage.DOCUMENT_REVIEW
        assert two.case.queue_row.urgency == 1
    assert segments(two) == [(TODAY, TODAY + timedelta(days=4))]


def test_nothing_ready_is_nothing_sent(two):
    with pytest.raises(NotNow):
        send(two)


def test_what_was_sent_is_not_edited_again(two):
    item = answer(two, 0)
    send(two)
    with pytest.raises(NotNow):
        supplement.keep_words(application=two.case, actor=two.member, item=item, answer="다른 말")


# --- the buffer -----------------------------------------------------------------------------------
def test_nobody_sees_the_buffer_until_it_is_sent(two):
    case = two.fresh()
    before = [(one.pk, one.replaced_at) for one in case.documents.order_by("pk")]
    claims = list(case.claims.order_by("pk").values_list("pk", "declared"))
    address, revision = case.candidate.address, case.revision
    answer(two, 0)
    drafting.save_candidate(
        application=two.fresh(), actor=two.member, fields={"address": "수원시 1", "surname": "NEW"}
    )
    degree = dict(case.claims.get(kind="degree").declared) | {"institution": "Elsewhere"}
    drafting.save_claims(application=two.fresh(), actor=two.member, kind="degree", items=[degree])
    gone = case.documents.filter(replaced_at=None).order_by("pk").last()
    drafting.remove_document(application=two.fresh(), actor=two.member, document=gone)
    case = two.fresh()
    assert [(one.pk, one.replaced_at) for one in case.documents.order_by("pk")] == before
    assert list(case.claims.order_by("pk").values_list("pk", "declared")) == claims
    assert (case.candidate.address, case.revision) == (address, revision)
    answer(two, 1)
    answer(two, 2)
    supplement.submit_answers(application=two.fresh(), actor=two.member)
    case = two.fresh()
    assert case.candidate.address == "수원시 1"
    assert case.claims.get(kind="degree").declared["institution"] == "Elsewhere"
    assert case.claims.get(kind="identity").declared["surname"] == "NEW"
    assert case.documents.get(pk=gone.pk).replaced_at is not None
    assert request_of(two).items.get(position=0).document.replaced_at is None


def test_a_partial_answer_brings_only_what_it_answers(two):
    answer(two, 0)
    drafting.save_claims(application=two.fresh(), actor=two.member, kind="degree", items=[])
    send(two)
    assert two.fresh().claims.filter(kind="degree").exists()
    assert BufferedDocument.objects.count() == 0
    assert items_of(two)[0].document is not None


def test_formats_are_kept_to(world):
    story = world.at(Stage.DOCUMENT_REVIEW)
    code = story.case.manifest.documents[0].code
    supplement.request_supplement(
        application=story.case,
        actor=story.reviewer,
        items=[Asked(text="사진", document_code=code, formats=("png",))],
    )
    with pytest.raises(Invalid) as refused:
        answer(story, 0)
    assert "PNG" in refused.value.sentence


# --- accepted, or asked again ---------------------------------------------------------------------
def test_each_answer_is_accepted_or_asked_again_in_the_open_round(two):
    answer(two, 0)
    send(two)
    item = items_of(two)[0]
    judge = {"application": two.case, "actor": two.reviewer}
    with pytest.raises(NotNow):
        judge_item(**judge, item=items_of(two)[1], verdict="accepted")
    with pytest.raises(Invalid):
        judge_item(**judge, item=item, verdict="again")
    with on(3):
        judge_item(**judge, item=item, verdict="again", words="아직 흐립니다.")
        new = items_of(two)[3]
        assert (new.again_of, new.text, new.state) == (item, "아직 흐립니다.", "open")
        # The stop goes on, and the last day is ten days from today.
        assert segments(two) == [(TODAY, None)]
        assert request_of(two).due_on == date(2026, 10, 26)
        with pytest.raises(AlreadyDone):
            judge_item(**judge, item=item, verdict="accepted")


def test_a_re_ask_after_the_round_is_a_new_stop_and_days_between_count(two):
    with on(2):
        for number in range(3):
            answer(two, number)
        send(two)
        item = request_of(two).items.get(position=0)
        judge_item(
            application=two.case, actor=two.reviewer, item=item, verdict="again", words="흐림"
        )
    with on(4):
        again = Asked(document_code=item.document_code, text="흐림", again_of=item.public_id)
        supplement.request_supplement(application=two.fresh(), actor=two.reviewer, items=[again])
        answer(two, 0)
        send(two)
    assert segments(two) == [
        (TODAY, TODAY + timedelta(days=2)),
        (TODAY + timedelta(days=4), TODAY + timedelta(days=4)),
    ]
    assert two.fresh().due_on == _due_without(two, [0, 1, 2, 4])


def _due_without(story, excluded):
    """Day by day: the due date when these days after Monday do not count."""
    out = {TODAY + timedelta(days=number) for number in excluded}
    period, day = int(story.case.manifest.deadlines.processing[:-1]), TODAY
    left = period
    while True:
        if calendar.current().is_business_day(day) and day not in out:
            left -= 1
            if not left:
                return day
        day += timedelta(days=1)


@pytest.mark.incident("T12")
def test_two_stops_on_one_day_exclude_it_once(two):
    for number in range(3):
        answer(two, number)
    send(two)
    item = request_of(two).items.get(position=0)
    judge_item(application=two.case, actor=two.reviewer, item=item, verdict="again", words="흐림")
    again = Asked(document_code=item.document_code, text="흐림", again_of=item.public_id)
    supplement.request_supplement(application=two.fresh(), actor=two.reviewer, items=[again])
    answer(two, 0)
    send(two)
    assert segments(two) == [(TODAY, TODAY)] * 2
    assert two.fresh().due_on == _due_without(two, [0])


# --- the last day passes --------------------------------------------------------------------------
def test_the_stop_ends_on_its_last_day_although_nobody_did_anything(two):
    last = request_of(two).due_on
    assert last == date(2026, 10, 22)
    expected = _due_without(two, range((last - TODAY).days + 1))
    assert two.fresh().due_on == expected
    # Answered four days late: those days have counted.
    with on(14):
        for number in range(3):
            answer(two, number)
        send(two)
        assert segments(two) == [(TODAY, last)]
        assert two.fresh().due_on == expected


def test_petition_decree_24_a_second_demand_of_at_most_ten_days(two):
    demand = {"application": two.case, "actor": two.reviewer}
    answer(two, 0)
    send(two)
    drafting.save_candidate(
        application=two.fresh(), actor=two.member, fields={"address": "수원시 2"}
    )
    answer(two, 2)
    with pytest.raises(NotNow):
        supplement.demand_again(**demand)
    with on(14):
        with pytest.raises(Invalid):
            supplement.demand_again(**demand, days=11)
        second = supplement.demand_again(**demand, days=10)
        assert (second.demand, second.due_on) == ("again", date(2026, 11, 5))
        # What was sent is not asked again; what was prepared is still there.
        assert [item.answer for item in second.items.order_by("position")] == ["", "답변"]
        assert second.buffered_sections.count() == 1
        assert segments(two) == [(TODAY, date(2026, 10, 22)), (date(2026, 10, 26), None)]
        with pytest.raises(AlreadyDone):
            supplement.demand_again(**demand)
    with on(30), pytest.raises(NotNow):
        supplement.demand_again(**demand)
    with pytest.raises(IntegrityError, match="petition_decree_24"), transaction.atomic():
        SupplementRequest.objects.filter(pk=second.pk).update(days=11)


# --- more time ------------------------------------------------------------------------------------
def test_petition_decree_24_the_applicant_asks_for_more_time_at_most_twice(two):
    ask = {"application": two.case, "actor": two.member, "reason": "번역에 시간이 걸립니다."}
    with pytest.raises(Invalid):
        more_time.ask_for_time(**ask, until=date(2026, 10, 22))
    first = more_time.ask_for_time(**ask, until=date(2026, 10, 31))
    with pytest.raises(NotNow):
        more_time.ask_for_time(**ask, until=date(2026, 11, 9))
    decide = {"application": two.case, "actor": two.reviewer}
    before = two.fresh().due_on
    # 31 October is a Saturday.
    granted = more_time.answer_time(**decide, extension=first, granted=True)
    assert granted.due_after == date(2026, 11, 2) == request_of(two).due_on
    assert two.fresh().due_on > before
    second = more_time.ask_for_time(**ask, until=date(2026, 11, 9))
    with pytest.raises(Invalid):
        more_time.answer_time(**decide, extension=second, granted=False)
    more_time.answer_time(**decide, extension=second, granted=False, words="이미 충분합니다.")
    with pytest.raises(NotNow):
        more_time.ask_for_time(**ask, until=date(2026, 11, 20))
    with pytest.raises(IntegrityError, match="at_most_twice"), transaction.atomic():
        SupplementExtension.objects.create(
            request=request_of(two),
            number=3,
            asked_by=two.member,
            asked_at=calendar.now(),
            reason="x",
            until=date(2026, 11, 20),
            due_before=date(2026, 11, 2),
        )


def test_no_more_time_after_the_last_day(two):
    with on(14), pytest.raises(NotNow):
        more_time.ask_for_time(
            application=two.case, actor=two.member, reason="x", until=date(2026, 11, 9)
        )


# --- undeliverable --------------------------------------------------------------------------------
def test_petition_decree_25_undeliverable_twice_is_treated_as_withdrawn(two):
    work = {"application": two.case, "actor": two.reviewer}
    lead = {"application": two.case, "actor": two.lead, "reason": "두 번 송달되지 않음"}
    with pytest.raises(NotNow):
        delivery.deliver_again(**work, to="other@company.example")
    # The mail server refused every mail of the first attempt for ever.
    deliver_letters()
    made = SupplementDelivery.objects.get()
    assert Mail.objects.filter(key__startswith=f"{made.key}:").exists()
    assert delivery.note_refused_mails() == 0
    OutboxRow.objects.filter(topic="mail.send", key__startswith=f"{made.key}:").update(
        done_at=None, lease_token=None, lease_until=None, failed_at=calendar.now()
    )
    assert (delivery.note_refused_mails(), delivery.note_refused_mails()) == (1, 0)
    with pytest.raises(NotNow):
        delivery.treat_as_withdrawn(**lead)
    delivery.deliver_again(**work, to="other@company.example")
    deliver_letters()
    assert Mail.objects.filter(to="other@company.example").count() == 1
    delivery.note_undelivered(**work, attempt=2, words="우편이 되돌아왔습니다.")
    assert workflow.refusal(two.fresh(), "treat_as_withdrawn", two.reviewer)
    assert delivery.treat_as_withdrawn(**lead).stage == Stage.WITHDRAWN
    assert request_of(two).closed_because == "undeliverable"


def test_who_answers_was_reached(two):
    made = SupplementDelivery.objects.get()
    made.failed_at, made.how = calendar.now(), "mail"
    made.save()
    SupplementDelivery.objects.create(
        request=made.request,
        attempt=2,
        to="a@b.example",
        key="k",
        made_by=two.reviewer,
        made_at=calendar.now(),
        failed_at=calendar.now(),
        how="mail",
    )
    assert guards.refusal("undelivered_twice", two.fresh(), two.lead) is None
    answer(two, 0)
    assert guards.refusal("undelivered_twice", two.fresh(), two.lead)


# --- who is told ----------------------------------------------------------------------------------
def test_the_reviewer_hears_once_that_the_last_day_has_passed(two):
    with on(14):
        for _run in range(3):
            reminders.remind_supplements()
        words = OutboxRow.objects.filter(topic=notices.TOPIC_STAFF, key__endswith=":overdue")
        assert words.count() == 1
        deliver_letters()
        assert Mail.objects.filter(user=two.reviewer, key__contains=":overdue:").count() == 1
        assert two.fresh().stage == Stage.SUPPLEMENT
