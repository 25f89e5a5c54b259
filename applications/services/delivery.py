"""Whether a request reached the applicant (PETITION-DECREE §25, APA-DECREE §10).

Undeliverable means: every mail of an attempt was refused for ever by its mail server, or a person
notes that it came back or never arrived. The second attempt goes to another contact. After two
that failed, and while nothing has been answered, a lead may treat the case as withdrawn: nothing
does so by itself.
"""

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from applications import guards, workflow
from applications.errors import Invalid, NotAllowed, NotNow
from applications.models import Application, SupplementDelivery, SupplementRequest
from applications.models.supplement import MOST_DELIVERIES
from applications.services import buffer, notices
from applications.stages import Stage
from audit.services import record
from notifications.selectors import all_refused
from programs import calendar

How = SupplementDelivery.How


def _worked(application: Application, actor: User) -> tuple[Application, SupplementRequest]:
    case = workflow.lock(application)
    if not workflow.may(case, workflow.ASSIGNEE, actor):
        raise NotAllowed(_("이 단계를 처리할 권한이 없습니다."))
    if case.at != Stage.SUPPLEMENT:
        raise NotNow(_("진행 중인 보완 요구가 없습니다."))
    return case, buffer.open_request(case)


@transaction.atomic
def note_undelivered(
    *, application: Application, actor: User, attempt: int, words: str
) -> SupplementDelivery:
    """A person notes that an attempt did not reach the applicant, and how they know. A repeat
    changes nothing. Raises NotAllowed, NotNow, Invalid."""
    case, request = _worked(application, actor)
    made = request.deliveries.filter(attempt=attempt).first()
    if made is None:
        raise NotNow(_("그런 송달이 없습니다."))
    if made.failed_at is not None:
        return made
    if not words.strip():
        said = _("어떻게 알게 되었는지 적어 주세요.")
        raise Invalid(said, {"words": [said]})
    made.failed_at, made.how = calendar.now(), How.STAFF
    made.recorded_by, made.words = actor, words.strip()
    made.save(update_fields=["failed_at", "how", "recorded_by", "words"])
    workflow.touch(case)
    _failed(case, request, made, actor)
    return made


@transaction.atomic
def deliver_again(*, application: Application, actor: User, to: str) -> SupplementDelivery:
    """Send the open request to another contact, after the first attempt has failed. Raises
    NotAllowed, NotNow, Invalid."""
    case, request = _worked(application, actor)
    made = list(request.deliveries.order_by("attempt"))
    if not made or made[-1].failed_at is None:
        raise NotNow(_("송달되지 않은 것이 확인된 뒤에 다시 보낼 수 있습니다."))
    if len(made) >= MOST_DELIVERIES:
        raise NotNow(_("이미 두 번 보냈습니다."))
    to = to.strip()
    try:
        validate_email(to)
    except ValidationError as wrong:
        raise Invalid(_("이메일 주소를 확인해 주세요."), {"to": wrong.messages}) from wrong
    if User.objects.filter(
        company_memberships__company=case.company_id, is_active=True, email__iexact=to
    ).exists():
        said = _("이미 보낸 주소입니다. 다른 연락처로 보내 주세요.")
        raise Invalid(said, {"to": [said]})
    key = f"{request.public_id}:second"
    try:
        with transaction.atomic():
            second = SupplementDelivery.objects.create(
                request=request, attempt=2, to=to, key=key, made_by=actor, made_at=calendar.now()
            )
    except IntegrityError as clash:
        raise NotNow(_("이미 두 번 보냈습니다.")) from clash
    notices.tell_another(request, to, key=key)
    workflow.touch(case)
    record(
        name="supplement.delivered_again",
        subject_type="application",
        subject_id=case.public_id,
        actor=actor,
        data={"round": request.round, "attempt": 2},
    )
    return second


def note_refused_mails() -> int:
    """Note the attempts whose every mail was refused for ever; how many were. Idempotent: run as
    often as one likes."""
    waiting = SupplementDelivery.objects.filter(
        failed_at=None, request__closed_at=None, request__application__stage=Stage.SUPPLEMENT
    ).order_by("pk")
    return sum(_note_refused(made.pk) for made in waiting if all_refused(f"{made.key}:"))


@transaction.atomic
def _note_refused(pk: int) -> bool:
    made = SupplementDelivery.objects.select_related("request__application").get(pk=pk)
    case = workflow.lock(made.request.application)
    changed = SupplementDelivery.objects.filter(pk=pk, failed_at=None).update(
        failed_at=calendar.now(), how=How.MAIL
    )
    if changed:
        _failed(case, made.request, made, None)
    return bool(changed)


def _failed(
    case: Application, request: SupplementRequest, made: SupplementDelivery, actor: User | None
) -> None:
    record(
        name="supplement.undelivered",
        subject_type="application",
        subject_id=case.public_id,
        actor=actor,
        data={"round": request.round, "attempt": made.attempt},
    )
    notices.word_for_staff(case, "undelivered", request, key=f"delivery:{made.attempt}")


@transaction.atomic
def treat_as_withdrawn(
    *, application: Application, actor: User, reason: str, expected_revision: int | None = None
) -> Application:
    """Close a case whose request could not be delivered twice. Raises NotAllowed, NotNow,
    StaleCase, AlreadyDone."""
    return workflow.apply(
        application=application,
        name="treat_as_withdrawn",
        actor=actor,
        expected_revision=expected_revision,
        reason=reason,
    )


def _guard_undelivered(case: Application, actor: User | None) -> str | None:
    request = case.supplements.filter(closed_at=None).first()
    if request is None:
        return _("진행 중인 보완 요구가 없습니다.")
    failed = request.deliveries.filter(failed_at__isnull=False).count()
    if failed < MOST_DELIVERIES:
        return _("보완 요구가 두 번 송달되지 않았을 때에만 취하로 처리할 수 있습니다.")
    if request.items.filter(answered_at__isnull=False).exists():
        return _("신청인이 보완 요구에 답하고 있어 취하로 처리할 수 없습니다.")
    return None


guards.register("undelivered_twice", _guard_undelivered)
