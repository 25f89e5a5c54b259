"""Lengthening the processing period (PETITION-DECREE §21).

Once by the office, by no more than the period itself, when something unavoidable keeps it from
deciding in time; once more, as long again at most, only if the applicant agrees. Reason and new
date are told in writing each time. Target and legal date move together.
"""

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.access import is_member
from accounts.models import User
from applications import workflow
from applications.deadlines import dates, legal_period
from applications.errors import AlreadyDone, Invalid, NotAllowed, NotNow, StaleCase
from applications.models import Application, DueCause, PeriodExtension
from applications.services import notices
from applications.services.dates import settle
from applications.stages import ADVANCING, DECISION, SUPPLEMENT
from audit.services import record
from programs import calendar

State = PeriodExtension.State
EXTENDABLE = ADVANCING | SUPPLEMENT | DECISION
MOST_REASON = 2000


def next_number(case: Application) -> int | None:
    """Which extension comes next: 1, 2 (by consent), or None when there is no other."""
    taken = {
        one.number for one in case.extensions.all() if one.state in (State.IN_FORCE, State.ASKED)
    }
    return next(
        (n for n in (PeriodExtension.FIRST, PeriodExtension.SECOND) if n not in taken), None
    )


def most(case: Application) -> int:
    """The longest that one extension may be, in units of the period."""
    return legal_period(case).amount


@transaction.atomic
def extend(
    *,
    application: Application,
    actor: User,
    amount: int,
    reason: str,
    expected_revision: int | None = None,
) -> PeriodExtension:
    """Lengthen the period for the first time, or ask the applicant to agree to the second.

    The first is in force at once. Raises NotAllowed (a lead's), NotNow (closed, over already,
    nothing left to extend, one is being asked), Invalid, StaleCase.
    """
    case = workflow.lock(application)
    if not workflow.may(case, workflow.LEAD, actor):
        raise NotAllowed(_("처리기간은 결재자만 연장할 수 있습니다."))
    number = _check(case, amount, reason, expected_revision)
    first = number == PeriodExtension.FIRST
    before = case.legal_due_on or case.due_on
    if before is None:
        raise NotNow(_("아직 처리 기한이 없는 신청입니다."))
    try:
        with transaction.atomic():
            made = PeriodExtension.objects.create(
                application=case,
                number=number,
                amount=amount,
                reason=reason.strip(),
                state=State.IN_FORCE if first else State.ASKED,
                legal_before=before,
                legal_after=dates(case, more=amount).legal,
                actor=actor,
                at=calendar.now(),
            )
    except IntegrityError as clash:
        raise NotNow(_("이미 연장했거나 동의를 요청한 상태입니다.")) from clash
    workflow.touch(case)
    if first:
        _settle(case, made, actor)
    _note(case, made, "asked" if not first else "made", actor)
    notices.tell(case, "extended" if first else "extension_asked")
    return made


def _check(case: Application, amount: int, reason: str, expected_revision: int | None) -> int:
    if case.at not in EXTENDABLE:
        raise NotNow(_("심사하고 있는 신청만 처리기간을 연장할 수 있습니다."))
    if expected_revision is not None and expected_revision != case.revision:
        raise StaleCase
    number = next_number(case)
    if number is None or case.extensions.filter(state=State.ASKED).exists():
        raise NotNow(_("이미 연장했거나 동의를 요청한 상태입니다."))
    if case.legal_due_on is not None and calendar.today() > case.legal_due_on:
        raise NotNow(_("처리 기한이 지난 뒤에는 연장할 수 없습니다."))
    errors: dict[str, list[str]] = {}
    if not 1 <= amount <= most(case):
        errors["amount"] = [
            _("원래 처리기간 안에서 1부터 %(most)s까지 연장할 수 있습니다.") % {"most": most(case)}
        ]
    if not reason.strip():
        errors["reason"] = [_("연장 사유를 적어 주세요. 신청인에게 그대로 알립니다.")]
    elif len(reason.strip()) > MOST_REASON:
        errors["reason"] = [_("사유를 %(most)s자 안으로 적어 주세요.") % {"most": MOST_REASON}]
    if errors:
        raise Invalid(_("입력한 내용을 확인해 주세요."), errors)
    return number


@transaction.atomic
def answer(
    *, application: Application, actor: User, agree: bool, expected_revision: int | None = None
) -> PeriodExtension:
    """The applicant agrees to the second extension, or does not. A repeat returns the same.

    Raises NotAllowed, NotNow (nothing asked, or the period is over), StaleCase, AlreadyDone.
    """
    case = workflow.lock(application)
    if not is_member(actor, case.company_id):
        raise NotAllowed(_("이 회사의 구성원만 답할 수 있습니다."))
    wanted = State.IN_FORCE if agree else State.DECLINED
    asked = case.extensions.filter(number=PeriodExtension.SECOND).order_by("-pk").first()
    if asked is None or asked.state == State.LAPSED:
        raise NotNow(_("답할 연장 요청이 없습니다."))
    if asked.state != State.ASKED:
        if asked.state == wanted and asked.answered_by_id == actor.pk:
            return asked
        raise AlreadyDone(
            what=str(asked.get_state_display()),
            who=str(asked.answered_by),
            at=asked.answered_at or asked.at,
        )
    if case.at not in EXTENDABLE or _is_over(case):
        raise NotNow(_("처리 기한이 지나 더는 답할 수 없습니다."))
    if expected_revision is not None and expected_revision != case.revision:
        raise StaleCase
    asked.state, asked.answered_by, asked.answered_at = wanted, actor, calendar.now()
    if agree:
        asked.legal_before = case.legal_due_on or asked.legal_before
        asked.legal_after = dates(case, more=asked.amount).legal
    asked.save(update_fields=["state", "answered_by", "answered_at", "legal_before", "legal_after"])
    workflow.touch(case)
    if agree:
        _settle(case, asked, actor)
        notices.tell(case, "extended")
    _note(case, asked, "agreed" if agree else "declined", actor)
    return asked


def lapse() -> int:
    """End what was asked and never answered before the period was over; return how many."""
    over = PeriodExtension.objects.filter(
        state=State.ASKED, application__legal_due_on__lt=calendar.today()
    )
    count = 0
    for pk, case_pk in list(over.order_by("pk").values_list("pk", "application_id")):
        with transaction.atomic():
            case = workflow.lock(Application(pk=case_pk))
            held = case.extensions.filter(pk=pk, state=State.ASKED).first()
            if held is None or not _is_over(case):
                continue
            held.state, held.answered_at = State.LAPSED, calendar.now()
            held.save(update_fields=["state", "answered_at"])
            workflow.touch(case)
            _note(case, held, "lapsed", None)
            count += 1
    return count


def _is_over(case: Application) -> bool:
    return case.legal_due_on is not None and calendar.today() > case.legal_due_on


def _settle(case: Application, made: PeriodExtension, actor: User) -> None:
    case.__dict__.get("_prefetched_objects_cache", {}).pop("extensions", None)
    settle(
        case,
        cause=DueCause.EXTENSION,
        key=f"extension:{made.public_id}",
        actor=actor,
        reason=made.reason,
    )


def _note(case: Application, made: PeriodExtension, what: str, actor: User | None) -> None:
    record(
        name=f"extension.{what}",
        subject_type="application",
        subject_id=case.public_id,
        actor=actor,
        data={
            "number": made.number,
            "amount": made.amount,
            "legal_after": made.legal_after.isoformat(),
        },
        note=made.reason if what in ("made", "asked") else "",
    )
