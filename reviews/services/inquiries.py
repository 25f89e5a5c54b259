"""Inquiries: drafted, edited, sent through the outbox, reminded of, answered or closed.

An inquiry changes neither the case's stage nor its clock. What was found with it is a claim check.
"""

import re
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Office, User
from applications import stages
from applications.errors import Invalid, NotNow, StaleCase
from applications.models import Application, Claim
from applications.services.reminders import FROM_HOUR
from applications.stages import Stage
from audit.services import record
from notifications import mail, outbox
from notifications.outbox import Lease
from programs import calendar
from reviews.models import Inquiry, Institution
from reviews.services import inquiry_words
from reviews.services.evidence import workable

TOPIC = "reviews.inquiry"
State = Inquiry.State
# While a supplement is awaited the institutions go on answering.
WAITING = stages.EXAMINING | {Stage.SUPPLEMENT}
LONGEST = 20_000


def key_of(name: str) -> str:
    """A name as it is compared: without case, spaces and punctuation."""
    return re.sub(r"[\W_]+", "", name.casefold())[:200]


def known_institution(office: Office, kind: str, name: str) -> Institution | None:
    """The office's address of an institution, however its name is spaced."""
    key = key_of(name)
    if not key:
        return None
    known = Institution.objects.filter(office=office, kind=kind, name_key=key, retired_at=None)
    return known.first()


def draft(
    *,
    application: Application,
    actor: User,
    claim: Claim,
    method: str,
    name: str,
    kind: str,
    to: str,
    language: str,
    expected_revision: int | None = None,
) -> Inquiry:
    """Draft a mail to an institution and keep its address in the office's book.

    The words are put together before the case is locked. Raises Invalid, NotAllowed, NotNow,
    StaleCase.
    """
    _refuse_address(name, to, method, claim)
    case = application
    number = case.inquiries.count() + 1
    reference = f"{case.receipt_no}-Q{number}"
    words = inquiry_words.drafted(
        case=case,
        claim=claim,
        method=method,
        name=name,
        language=language,
        officer=actor,
        reference=reference,
    )
    with transaction.atomic():
        case = workable(application, actor)
        if expected_revision is not None and expected_revision != case.revision:
            raise StaleCase
        if claim.application_id != case.pk:
            raise Invalid(_("이 신청의 항목이 아닙니다."))
        if case.inquiries.count() + 1 != number:
            raise StaleCase
        institution = _remember(case.office, kind, name, to, language)
        if case.inquiries.filter(
            claim=claim, institution=institution, state__in=Inquiry.OPEN
        ).exists():
            raise NotNow(_("같은 기관에 보낸 조회가 아직 끝나지 않았습니다."))
        inquiry = Inquiry.objects.create(
            application=case,
            claim=claim,
            claim_kind=claim.kind,
            method=method,
            institution=institution,
            reference=reference,
            to=to,
            language=language,
            subject=words.subject,
            text=words.text,
            drafted_by=actor,
            drafted_at=calendar.now(),
        )
        _note(inquiry, actor, "review.inquiry_drafted")
    return inquiry


def _refuse_address(name: str, to: str, method: str, claim: Claim) -> None:
    wrong: dict[str, list[str]] = {}
    if not key_of(name):
        wrong["name"] = [_("기관 이름을 적어 주세요.")]
    try:
        validate_email(to)
    except ValidationError:
        wrong["to"] = [_("이메일 주소를 확인해 주세요.")]
    if method not in inquiry_words.BY_MAIL:
        wrong["method"] = [_("메일로 조회하는 방법이 아닙니다.")]
    elif method not in claim.application.manifest.verification.ways(claim.kind).methods:
        wrong["method"] = [_("이 사실은 이 방법으로 확인할 수 없습니다. 다른 방법을 골라 주세요.")]
    if wrong:
        raise Invalid(_("입력한 내용을 확인해 주세요."), wrong)


def _remember(office: Office, kind: str, name: str, to: str, language: str) -> Institution:
    """The address book's entry, with the address that was used last."""
    now = calendar.now()
    institution, _created = Institution.objects.update_or_create(
        office=office,
        kind=kind,
        name_key=key_of(name),
        defaults={
            "email": to,
            "language": language,
            "last_used_at": now,
            "retired_at": None,
        },
        create_defaults={
            "name": name.strip(),
            "email": to,
            "language": language,
            "last_used_at": now,
        },
    )
    return institution


@transaction.atomic
def edit(
    *,
    inquiry: Inquiry,
    actor: User,
    to: str,
    subject: str,
    text: str,
    expected_revision: int | None = None,
) -> Inquiry:
    """Change a drafted mail. Raises Invalid, NotAllowed, NotNow, StaleCase."""
    held = _held(inquiry, actor, State.DRAFTED, expected_revision)
    _refuse_words(held, to, subject, text)
    held.to, held.subject, held.text = to, " ".join(subject.split()), text.strip() + "\n"
    held.save(update_fields=["to", "subject", "text"])
    Institution.objects.filter(pk=held.institution_id).update(email=to)
    return held


def _refuse_words(inquiry: Inquiry, to: str, subject: str, text: str) -> None:
    wrong: dict[str, list[str]] = {}
    try:
        validate_email(to)
    except ValidationError:
        wrong["to"] = [_("이메일 주소를 확인해 주세요.")]
    if not subject.strip() or len(subject) > 200:
        wrong["subject"] = [_("제목을 200자 안으로 적어 주세요.")]
    if not text.strip() or len(text) > LONGEST:
        wrong["text"] = [_("내용을 적어 주세요.")]
    elif inquiry.reference not in subject + text:
        wrong["text"] = [
            _("조회 번호 %(reference)s를 남겨 두어야 회신을 찾을 수 있습니다.")
            % {"reference": inquiry.reference}
        ]
    elif _tells_too_much(inquiry.application, f"{subject} {text}"):
        wrong["text"] = [_("여권번호와 외국인등록번호는 조회 메일에 적을 수 없습니다.")]
    if wrong:
        raise Invalid(_("입력한 내용을 확인해 주세요."), wrong)


def _tells_too_much(case: Application, words: str) -> bool:
    """Whether an identifier of the candidate stands in the words, however it is spaced."""
    plain = key_of_digits(words)
    candidate = case.candidate
    numbers = (candidate.passport_no, candidate.registration_no)
    return any(key_of_digits(number) in plain for number in numbers if number)


def key_of_digits(words: str) -> str:
    return re.sub(r"[\W_]+", "", words.casefold())


@transaction.atomic
def send(
    *,
    inquiry: Inquiry,
    actor: User,
    to: str,
    subject: str,
    text: str,
    expected_revision: int | None = None,
) -> Inquiry:
    """Send a drafted mail as it now reads. Raises Invalid, NotAllowed, NotNow, StaleCase."""
    held = edit(
        inquiry=inquiry,
        actor=actor,
        to=to,
        subject=subject,
        text=text,
        expected_revision=expected_revision,
    )
    now = calendar.now()
    days = held.application.manifest.verification.replies.answer_days
    held.state, held.sent_by, held.sent_at = State.SENT, actor, now
    held.due_on = now.date() + timedelta(days=days)
    held.save(update_fields=["state", "sent_by", "sent_at", "due_on"])
    Institution.objects.filter(pk=held.institution_id).update(last_used_at=now)
    _leave_word(held, "sent")
    _note(held, actor, "review.inquiry_sent")
    return held


@transaction.atomic
def answered(
    *,
    inquiry: Inquiry,
    actor: User,
    on: date,
    answer: str,
    expected_revision: int | None = None,
) -> Inquiry:
    """Record what came back and when. Raises Invalid, NotAllowed, NotNow, StaleCase."""
    held = _held(inquiry, actor, State.SENT, expected_revision)
    wrong: dict[str, list[str]] = {}
    sent_on = calendar.in_seoul(held.sent_at or held.drafted_at).date()
    if on > calendar.today():
        wrong["answered_on"] = [_("오늘보다 뒤일 수 없습니다.")]
    elif on < sent_on:
        wrong["answered_on"] = [_("답을 받은 날이 물어본 날보다 빠릅니다.")]
    if not answer.strip():
        wrong["answer"] = [_("회신의 내용을 적어 주세요.")]
    if wrong:
        raise Invalid(_("입력한 내용을 확인해 주세요."), wrong)
    held.answered_on, held.answer = on, answer.strip()
    return _end(held, actor, State.ANSWERED, "review.inquiry_answered")


@transaction.atomic
def close(
    *, inquiry: Inquiry, actor: User, why: str, expected_revision: int | None = None
) -> Inquiry:
    """End an inquiry without an answer, or throw a draft away. Raises Invalid, NotAllowed, NotNow,
    StaleCase."""
    held = _held(inquiry, actor, None, expected_revision)
    if not why.strip():
        sentence = _("왜 끝내는지 적어 주세요.")
        raise Invalid(sentence, {"why": [sentence]})
    held.answer = why.strip()
    return _end(held, actor, State.CLOSED, "review.inquiry_closed")


def _end(held: Inquiry, actor: User, state: str, event: str) -> Inquiry:
    held.state, held.ended_by, held.ended_at = state, actor, calendar.now()
    held.save(update_fields=["state", "answered_on", "answer", "ended_by", "ended_at"])
    _note(held, actor, event)
    return held


def _held(
    inquiry: Inquiry, actor: User, state: str | None, expected_revision: int | None
) -> Inquiry:
    """The inquiry of a locked case, open, and in this state if one is named."""
    case = workable(inquiry.application, actor)
    if expected_revision is not None and expected_revision != case.revision:
        raise StaleCase
    held = Inquiry.objects.select_for_update(of=("self",)).get(pk=inquiry.pk)
    held.application = case
    if held.state not in Inquiry.OPEN or (state is not None and held.state != state):
        raise NotNow(
            _("이 조회는 지금 상태에서 바꿀 수 없습니다: %(state)s")
            % {"state": held.get_state_display()}
        )
    return held


def _note(inquiry: Inquiry, actor: User, name: str) -> None:
    record(
        name=name,
        subject_type="application",
        subject_id=inquiry.application.public_id,
        actor=actor,
        data={"inquiry": str(inquiry.public_id), "method": inquiry.method},
    )


# --- mails ------------------------------------------------------------------------------------
def _leave_word(inquiry: Inquiry, occasion: str) -> None:
    outbox.enqueue(
        topic=TOPIC,
        key=mail_key(inquiry.public_id, occasion),
        payload={"inquiry": str(inquiry.public_id), "occasion": occasion},
    )


def mail_key(inquiry: UUID, occasion: str) -> str:
    return f"{inquiry}:{occasion}"


def deliver(lease: Lease) -> None:
    """Outbox handler: queue the mail, unless a reminder is no longer true."""
    inquiry = (
        Inquiry.objects.select_related(
            "institution", "sent_by", "application__office", "application__version"
        )
        .filter(public_id=UUID(lease.payload["inquiry"]))
        .first()
    )
    if inquiry is None or inquiry.sent_by is None:
        return
    said: Any = inquiry
    if lease.payload["occasion"] != "sent":
        if inquiry.state != State.SENT or inquiry.application.at not in WAITING:
            return
        said = inquiry_words.reminder(inquiry)
    mail.queue_written(
        to=inquiry.to,
        language=inquiry.language,
        subject=said.subject,
        text=said.text,
        key=lease.key,
        about=inquiry.application.public_id,
        reply_to=inquiry.sent_by.email,
    )


# --- by the clock -----------------------------------------------------------------------------
def remind_inquiries() -> int:
    """Leave word to every institution whose reply is awaited for so many days; return how many.

    Which reminder is due follows from the day of sending alone. Each is sent once; of several that
    were missed only the last. Nothing else changes.
    """
    now = calendar.now()
    if now.time() < FROM_HOUR or not _working_day(now.date()):
        return 0
    awaited = Inquiry.objects.filter(
        state=State.SENT, application__stage__in=WAITING
    ).select_related("application__version")
    return sum(_remind(inquiry, now.date()) for inquiry in awaited.order_by("pk"))


def _remind(inquiry: Inquiry, today: date) -> bool:
    due = reminders_due(inquiry, today)
    if due <= inquiry.reminders:
        return False
    with transaction.atomic():
        # Of two runs at once, or of a reply that comes in between, only one changes the row.
        if not Inquiry.objects.filter(
            pk=inquiry.pk, state=State.SENT, reminders=inquiry.reminders
        ).update(reminders=due, reminded_on=today):
            return False
        _leave_word(inquiry, f"reminder:{due}")
    return True


def reminders_due(inquiry: Inquiry, today: date) -> int:
    """How many reminders should have been sent by this day."""
    if inquiry.sent_at is None:
        return 0
    sent_on = calendar.in_seoul(inquiry.sent_at).date()
    days = inquiry.application.manifest.verification.replies.reminder_days
    return sum(sent_on + timedelta(days=count) <= today for count in days)


def next_reminder(inquiry: Inquiry) -> date | None:
    """The day of the next reminder; None after the last."""
    if inquiry.sent_at is None or inquiry.state != State.SENT:
        return None
    days = inquiry.application.manifest.verification.replies.reminder_days
    if inquiry.reminders >= len(days):
        return None
    return calendar.in_seoul(inquiry.sent_at).date() + timedelta(days=days[inquiry.reminders])


def _working_day(day: date) -> bool:
    try:
        return calendar.is_business_day(day)
    except calendar.OutsideTable:  # better one mail too many
        return True
