"""Days that do not count, where the programme's file names the reason (APA-DECREE §11).

The technical review by outside experts is a stage: from the day it begins to the day it ends, both
left out. The other reasons (a transfer, a hearing, a test…) are written down by a lead when they
are over. A programme that names no such reason keeps its days running (assumed).
"""

from collections.abc import Iterable
from datetime import date

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from applications import workflow
from applications.deadlines import Dates
from applications.deadlines import dates as dates_of
from applications.errors import Invalid, NotAllowed, NotNow, StaleCase
from applications.models import Application, ClockReason, ClockSegment, DueCause, StageChange
from applications.services import dates
from applications.stages import RECEIVED_OPEN, Stage
from audit.services import record
from programs import calendar

MOST_WORDS = 2000
ARTICLE = gettext_lazy("행정절차법 시행령 제11조")

OF_STAGE = {Stage.EXTERNAL_EVALUATION: ClockReason.EXTERNAL_EVALUATION}


def follow_stage(case: Application, change: StageChange) -> None:
    """Effect of a step: close what ran in the stage that was left, open what runs in the new."""
    left = OF_STAGE.get(Stage(change.from_stage))
    running = case.clock_segments.filter(reason=left, until_on=None).first() if left else None
    if running is not None:
        running.until_on = max(running.from_on, calendar.today())
        running.save(update_fields=["until_on"])
        dates.settle(case, cause=DueCause.EXCLUSION, key=f"exclusion:{running.pk}")
    entered = OF_STAGE.get(Stage(change.to_stage))
    if entered and entered in case.manifest.deadlines.excluded:
        ClockSegment.objects.create(
            application=case, reason=entered, from_on=calendar.today(), until_on=None
        )


# Every step that can lead into or out of such a stage.
for row in workflow.TRANSITIONS.values():
    if row.target is None or row.target in OF_STAGE or row.sources & OF_STAGE.keys():
        workflow.on(row.name, follow_stage)


# --- by hand -------------------------------------------------------------------------------------
def reasons(case: Application) -> list[ClockReason]:
    """Which reasons a lead can write down: the programme's, but for those of stages."""
    own = set(OF_STAGE.values())
    return [
        reason
        for reason in ClockReason
        if reason.value in case.manifest.deadlines.excluded and reason not in own
    ]


def would_be(case: Application, *, reason: str, from_on: date, until_on: date, words: str) -> Dates:
    """The dates if these days, both included, were left out; nothing is stored. Raises Invalid,
    NotNow."""
    _check(case, reason, from_on, until_on, words)
    return dates_of(case, also=[(from_on, until_on)])


@transaction.atomic
def leave_out(
    *,
    application: Application,
    actor: User,
    reason: str,
    from_on: date,
    until_on: date,
    words: str,
    expected_revision: int | None = None,
) -> ClockSegment:
    """Write down days that do not count, and count the dates again. Raises NotAllowed (a lead's),
    NotNow, Invalid, StaleCase."""
    case = _led(application, actor, expected_revision)
    _check(case, reason, from_on, until_on, words)
    try:
        with transaction.atomic():
            made = ClockSegment.objects.create(
                application=case,
                reason=reason,
                from_on=from_on,
                until_on=until_on,
                recorded_by=actor,
                words=words.strip(),
            )
    except IntegrityError as clash:
        raise NotNow(_("그사이 이 날들을 다른 사유로 세지 않게 되었습니다.")) from clash
    _follow(case, actor, made, "left_out", words.strip())
    return made


@transaction.atomic
def count_again(
    *,
    application: Application,
    actor: User,
    segment: ClockSegment,
    words: str,
    expected_revision: int | None = None,
) -> None:
    """Take back what a lead has written down: the days count. Raises NotAllowed, NotNow, Invalid,
    StaleCase."""
    case = _led(application, actor, expected_revision)
    held = case.clock_segments.filter(pk=segment.pk, recorded_by__isnull=False).first()
    if held is None:
        raise NotNow(_("그사이 바뀐 항목입니다. 다시 골라 주세요."))
    if wrong := _wrong_words(words):
        raise Invalid(wrong, {"words": [wrong]})
    ClockSegment.objects.filter(pk=held.pk).delete()
    _follow(case, actor, held, "counted_again", words.strip())


def _led(application: Application, actor: User, expected_revision: int | None) -> Application:
    case = workflow.lock(application)
    if not workflow.may(case, workflow.LEAD, actor):
        raise NotAllowed(_("처리기간에 넣지 않을 날은 결재자만 적을 수 있습니다."))
    if case.at not in RECEIVED_OPEN:
        raise NotNow(_("끝난 신청의 기한은 다시 계산하지 않습니다."))
    if expected_revision is not None and expected_revision != case.revision:
        raise StaleCase
    return case


def _follow(case: Application, actor: User, held: ClockSegment, what: str, words: str) -> None:
    dates.settle(
        case,
        cause=DueCause.EXCLUSION,
        key=f"exclusion:{held.pk}:{what}",
        actor=actor,
    )
    workflow.touch(case)
    record(
        name=f"clock.days_{what}",
        subject_type="application",
        subject_id=case.public_id,
        actor=actor,
        data={
            "reason": held.reason,
            "from": held.from_on.isoformat(),
            "until": held.until_on.isoformat() if held.until_on else None,
        },
        note=words,
    )


def _wrong_words(words: str) -> str:
    if not words.strip():
        return _("사유를 적어 주세요.")
    if len(words.strip()) > MOST_WORDS:
        return _("사유를 %(most)s자 안으로 적어 주세요.") % {"most": MOST_WORDS}
    return ""


def _check(case: Application, reason: str, from_on: date, until_on: date, words: str) -> None:
    wrong: dict[str, list[str]] = {}
    if reason not in [one.value for one in reasons(case)]:
        wrong["reason"] = [_("이 프로그램에서 기간에 넣지 않는 사유가 아닙니다.")]
    received = calendar.in_seoul(case.received_at).date() if case.received_at else None
    if received is None or from_on < received:
        wrong["from_on"] = [_("접수한 날보다 빠를 수 없습니다.")]
    if until_on < from_on:
        wrong["until_on"] = [_("마지막 날은 첫날보다 빠를 수 없습니다.")]
    elif until_on > calendar.today():
        wrong["until_on"] = [_("끝난 뒤에 적습니다. 오늘보다 늦을 수 없습니다.")]
    elif not wrong and (other := _overlapping(case.clock_segments.all(), from_on, until_on)):
        wrong["from_on"] = [
            _("이 날들은 이미 세지 않습니다: %(why)s") % {"why": other.get_reason_display()}
        ]
    if said := _wrong_words(words):
        wrong["words"] = [said]
    if wrong:
        raise Invalid(_("입력한 내용을 확인해 주세요."), wrong)


def _overlapping(
    segments: Iterable[ClockSegment], from_on: date, until_on: date
) -> ClockSegment | None:
    """As the database has it (`models.clock.OVERLAPPING`)."""
    found = (
        one for one in segments if one.from_on < until_on and from_on < (one.until_on or date.max)
    )
    return next(found, None)
