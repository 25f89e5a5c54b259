"""More time for a supplement: the applicant asks, at most twice (PETITION-DECREE §24)."""

from datetime import date, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.access import is_member
from accounts.models import User
from applications import workflow
from applications.asking import MOST_DAYS
from applications.errors import AlreadyDone, Invalid, NotAllowed, NotNow
from applications.models import Application, Demand, SupplementExtension, SupplementRequest
from applications.models.supplement import MOST_EXTENSIONS
from applications.services import buffer, notices
from applications.services.supplement_items import move_due
from applications.stages import Stage
from audit.services import record
from programs import calendar

State = SupplementExtension.State


def why_not(request: SupplementRequest) -> str | None:
    """Why no more time can be asked for now, in a sentence; None where it can. For a request read
    with its extensions: no query."""
    asked = list(request.extensions.all())
    if any(one.state == State.ASKED for one in asked):
        return _("이미 요청한 연장에 담당자가 아직 답하지 않았습니다.")
    if len(asked) >= MOST_EXTENSIONS:
        return _("연장은 두 번까지만 요청할 수 있습니다.")
    if request.demand == Demand.AGAIN:
        return _("재보완 기간은 10일을 넘을 수 없어 연장할 수 없습니다.")
    if calendar.today() > request.due_on:
        return _("보완기한이 지난 뒤에는 연장을 요청할 수 없습니다.")
    return None


@transaction.atomic
def ask_for_time(
    *, application: Application, actor: User, reason: str, until: date
) -> SupplementExtension:
    """Ask for more time, while the last day has not passed. Raises NotAllowed, NotNow, Invalid."""
    case = workflow.lock(application)
    if not is_member(actor, case.company_id):
        raise NotAllowed(_("이 회사의 구성원만 수정할 수 있습니다."))
    if case.at != Stage.SUPPLEMENT:
        raise NotNow(_("진행 중인 보완 요구가 없습니다."))
    request = buffer.open_request(case)
    if refused := why_not(request):
        raise NotNow(refused)
    errors: dict[str, list[str]] = {}
    if not reason.strip():
        errors["reason"] = [_("왜 시간이 더 필요한지 적어 주세요.")]
    if wrong := _wrong_day(request, until):
        errors["until"] = [wrong]
    if errors:
        raise Invalid(_("입력한 내용을 확인해 주세요."), errors)
    try:
        with transaction.atomic():
            asked = SupplementExtension.objects.create(
                request=request,
                number=request.extensions.count() + 1,
                asked_by=actor,
                asked_at=calendar.now(),
                reason=reason.strip(),
                until=until,
                due_before=request.due_on,
            )
    except IntegrityError as clash:
        raise NotNow(_("연장은 두 번까지만 요청할 수 있습니다.")) from clash
    _record("supplement.time_asked", case, actor, asked)
    notices.word_for_staff(case, "extension_asked", request, key=str(asked.public_id))
    return asked


def _wrong_day(request: SupplementRequest, until: date) -> str:
    if until <= request.due_on:
        return _("지금의 보완기한보다 뒤의 날을 적어 주세요.")
    if until > request.due_on + timedelta(days=MOST_DAYS):
        return _("보완기한에서 %(most)s일 안의 날을 적어 주세요.") % {"most": MOST_DAYS}
    return ""


@transaction.atomic
def answer_time(
    *,
    application: Application,
    actor: User,
    extension: SupplementExtension,
    granted: bool,
    until: date | None = None,
    words: str = "",
) -> SupplementExtension:
    """Grant a request for more time, until the day asked for or another, or refuse it with words.
    The new last day rolls over holidays. Granted after the old last day, the time between does not
    count either: it was asked for in time. Raises NotAllowed, NotNow, AlreadyDone, Invalid."""
    case = workflow.lock(application)
    if not workflow.may(case, workflow.ASSIGNEE, actor):
        raise NotAllowed(_("이 단계를 처리할 권한이 없습니다."))
    held = (
        SupplementExtension.objects.select_for_update(of=("self",))
        .select_related("request", "decided_by")
        .filter(pk=extension.pk, request__application=case)
        .first()
    )
    if held is None:
        raise NotNow(_("연장 요청이 없습니다."))
    wanted = State.GRANTED if granted else State.REFUSED
    if held.state == wanted and held.decided_by_id == actor.pk:
        return held
    if held.state != State.ASKED:
        if held.decided_by is None or held.decided_at is None:
            raise NotNow(_("보완이 끝나 연장 요청도 끝났습니다."))
        raise AlreadyDone(
            what=str(held.get_state_display()), who=str(held.decided_by), at=held.decided_at
        )
    request = held.request
    until = until or held.until
    if not granted and not words.strip():
        said = _("연장하지 않는 이유를 적어 주세요.")
        raise Invalid(said, {"words": [said]})
    if granted and (wrong := _wrong_day(request, until)):
        raise Invalid(wrong, {"until": [wrong]})
    held.state, held.words = wanted, words.strip()
    held.decided_by, held.decided_at = actor, calendar.now()
    if granted:
        try:
            held.due_after = calendar.current().first_business_day(until)
        except calendar.OutsideTable as outside:
            raise NotNow(_("공휴일 달력에 없는 해라 기한을 정할 수 없습니다.")) from outside
    held.save(update_fields=["state", "words", "decided_by", "decided_at", "due_after"])
    if held.due_after is not None:
        move_due(case, request, held.due_after, f"extension:{held.number}")
    workflow.touch(case)
    _record(f"supplement.time_{held.state}", case, actor, held)
    notices.tell(case, "supplement_extension", request=request)
    return held


def _record(name: str, case: Application, actor: User, asked: SupplementExtension) -> None:
    record(
        name=name,
        subject_type="application",
        subject_id=case.public_id,
        actor=actor,
        data={
            "round": asked.request.round,
            "number": asked.number,
            "until": asked.until.isoformat(),
            "due_after": asked.due_after.isoformat() if asked.due_after else "",
        },
    )
