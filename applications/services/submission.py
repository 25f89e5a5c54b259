"""Submitting: the moment from which the clock runs and the rules are pinned."""

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from accounts.access import is_member
from accounts.models import User
from applications import facts, workflow
from applications.errors import NotAllowed, NotNow, VersionChanged
from applications.judging import judge
from applications.models import Application, Claim, ReceiptSeries
from applications.models.declared import ClaimKind
from applications.services import dates, notices
from applications.stages import Stage
from notifications import outbox
from programs import calendar
from programs.models import Programme
from programs.selectors import version_on

TOPIC_SUBMITTED = "application.submitted"


@transaction.atomic
def submit(
    *,
    application: Application,
    actor: User,
    expected_revision: int | None = None,
    accepted_version: str = "",
) -> Application:
    """Submit the draft: pin the version, number it, start the clock, keep the rules' answer.

    An application whose declared facts do not meet the rules is received all the same: receipt may
    not be refused (PETITION-ACT §9). Raises NotAllowed, NotNow, StaleCase, and VersionChanged when
    the rules in force are not those the draft was begun under and `accepted_version` is not the new
    version's label. A repeat returns the submitted case.
    """
    case = workflow.lock(application)
    if not is_member(actor, case.company_id):
        raise NotAllowed(_("이 회사의 구성원만 제출할 수 있습니다."))
    if case.stage == Stage.DRAFT:
        _pin_version(case, accepted_version)
        now = calendar.now()
        case.submitted_at = case.received_at = now
        case.receipt_no = next_receipt_number(case.programme, case.manifest.receipt_pattern)
        dates.begin(case)
        case.save(
            update_fields=["version", "submitted_at", "received_at", "receipt_no", *dates.SET]
        )
    case = workflow.apply(
        application=case,
        name="submit",
        actor=actor,
        expected_revision=expected_revision,
        data={"version": case.version.label},
    )
    declare_identity(case)
    judge(case, facts=facts.declared(case), purpose="submission", actor=actor)
    outbox.enqueue(
        topic=TOPIC_SUBMITTED,
        key=f"{case.public_id}:{case.revision}",
        payload={"application": str(case.public_id)},
    )
    notices.tell(case, "receipt")
    return case


def declare_identity(case: Application) -> None:
    """Make the candidate's identity a claim, so that it is verified like every other fact.

    An unchanged claim keeps its row and what was found about it.
    """
    said = facts.identity_of(case)
    held = case.claims.filter(kind=ClaimKind.IDENTITY).first()
    if held is not None and held.declared == said:
        return
    if held is not None:
        held.delete()
    Claim.objects.create(application=case, kind=ClaimKind.IDENTITY, position=0, declared=said)


def _pin_version(case: Application, accepted_version: str) -> None:
    version = version_on(case.programme, calendar.today())
    if version is None:
        raise NotNow(_("지금은 이 프로그램의 신청을 받지 않습니다."))
    if version.pk != case.version_id:
        if version.rules_hash != case.version.rules_hash and accepted_version != version.label:
            raise VersionChanged(
                _("작성을 시작한 뒤에 기준이 바뀌었습니다. 바뀐 기준을 확인하고 제출해 주세요.")
            )
        case.version = version


def next_receipt_number(programme: Programme, pattern: str) -> str:
    """Take the next number of the programme's year. In the caller's transaction: a rollback gives
    it back, so the numbers have no gaps."""
    year = calendar.today().year
    ReceiptSeries.objects.bulk_create(
        [ReceiptSeries(programme=programme, year=year)], ignore_conflicts=True
    )
    series = ReceiptSeries.objects.filter(programme=programme, year=year)
    series.update(last=F("last") + 1)
    number = series.values_list("last", flat=True).get()
    return pattern.format(year=year, number=number)
