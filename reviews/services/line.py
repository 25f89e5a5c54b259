"""The approval line of a decision: draft, a programme's own steps, signature (기안, 검토, 결재).

The line is the programme's data, frozen when a decision is drafted. Each step is another person's,
none of them the drafter's, and the signer's is none of them: said here, and by the database.
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.access import has_role
from accounts.models import StaffMembership, StaffRole, User
from applications import stages, workflow
from applications.errors import AlreadyDone, NotAllowed, NotNow, StaleCase
from applications.models import Application
from applications.services.contact import contact
from audit.services import record
from notifications import mail, outbox
from notifications.outbox import Lease
from programs import calendar
from reviews.models import Absence, Decision, DecisionStep
from reviews.models.decision import SignedAs

TOPIC_ACTED = "reviews.acted_for"
SIGNED = ("signed_as", "acted_for", "acted_because")
LONGEST = 2000


@dataclass(frozen=True)
class Acting:
    """Whose signature an acting signer gives (대결), and why they cannot give it themselves."""

    person: User
    because: str


def frozen(case: Application) -> dict[str, Any]:
    """The line of the case's programme as a new decision keeps it."""
    steps = [
        {"code": one.code, "ko": one.names.ko, "en": one.names.en, "by": one.by}
        for one in case.manifest.approval.steps
    ]
    return {"line": steps, "steps_wanted": len(steps)}


def step_name(step: dict[str, str]) -> str:
    english = (get_language() or "ko").startswith("en")
    return step["en"] if english else step["ko"]


def next_step(decision: Decision) -> dict[str, str] | None:
    """The step that has to be taken now; None when only the signature is missing."""
    done = len(decision.steps.all())
    return decision.line[done] if done < decision.steps_wanted else None


def refusal(case: Application, decision: Decision, actor: User) -> str | None:
    """Why this person cannot take the next step of an unsigned decision; None if they can."""
    step = next_step(decision)
    if step is None or decision.ended_at is not None or decision.signed_off_at is not None:
        return _("기다리는 검토 단계가 없습니다.")
    if decision.drafted_by_id == actor.pk:
        return _("자신이 기안한 결정은 다른 사람이 검토해야 합니다.")
    if any(one.done_by_id == actor.pk for one in decision.steps.all()):
        return _("앞 단계를 맡은 사람은 다음 단계를 맡을 수 없습니다.")
    role = workflow.LEAD if step["by"] == "lead" else workflow.ASSIGNEE
    if not workflow.may(case, role, actor):
        return _("이 단계를 처리할 권한이 없습니다.")
    return None


@transaction.atomic
def pass_step(
    *, decision: Decision, actor: User, note: str = "", expected_revision: int | None = None
) -> DecisionStep:
    """Take the next step of the line: agree to the draft as it is. A repeat by the same person
    returns the same step. Raises NotAllowed, NotNow, AlreadyDone, StaleCase."""
    case = workflow.lock(decision.application)
    held = Decision.objects.select_for_update(of=("self",)).get(pk=decision.pk)
    mine = held.steps.filter(done_by=actor).order_by("place").last()
    if mine is not None and mine.place == held.steps.count():
        return mine
    if case.at not in stages.DECISION:
        raise NotNow(_("지금 단계에서는 결재할 수 없습니다: %(stage)s") % {"stage": case.at.label})
    if sentence := refusal(case, held, actor):
        raise NotAllowed(sentence) if next_step(held) else NotNow(sentence)
    if expected_revision is not None and expected_revision != case.revision:
        raise StaleCase
    place = held.steps.count() + 1
    try:
        with transaction.atomic():
            step = DecisionStep.objects.create(
                decision=held,
                place=place,
                code=held.line[place - 1]["code"],
                done_by=actor,
                done_at=calendar.now(),
                note=note.replace("\x00", "").strip()[:LONGEST],
            )
    except IntegrityError as clash:
        raise AlreadyDone(what=_("검토"), who=_("다른 사람"), at=calendar.now()) from clash
    workflow.touch(case)
    record(
        name="decision.step_passed",
        subject_type="application",
        subject_id=case.public_id,
        actor=actor,
        data={"decision": str(held.public_id), "step": step.code, "place": place},
    )
    return step


def require_passed(held: Decision, actor: User) -> None:
    """Every step comes before the signature, and none of them is the signer's. Raises NotNow,
    NotAllowed."""
    step = next_step(held)
    if step is not None:
        raise NotNow(_("먼저 거쳐야 하는 단계가 있습니다: %(step)s") % {"step": step_name(step)})
    if held.steps.filter(done_by=actor).exists():
        raise NotAllowed(_("앞 단계를 맡은 사람은 결재할 수 없습니다."))


def sign(case: Application, held: Decision, actor: User, acting: Acting | None) -> None:
    """Write on a locked decision in whose place it is signed. Raises NotNow."""
    if acting is None:
        delegated = case.manifest.approval.by_delegation
        held.signed_as = SignedAs.DELEGATED if delegated else SignedAs.OWN
        return
    if sentence := cannot_act(case, held, actor, acting.person):
        raise NotNow(sentence)
    if not acting.because.strip():
        raise NotNow(_("대결하는 사유를 적어 주세요."))
    held.signed_as, held.acted_for = SignedAs.ACTING, acting.person
    held.acted_because = acting.because.replace("\x00", "").strip()[:LONGEST]
    outbox.enqueue(
        topic=TOPIC_ACTED,
        key=f"{held.public_id}:acted",
        payload={"decision": str(held.public_id)},
    )


def cannot_act(case: Application, held: Decision, actor: User, person: User) -> str:
    """Why nobody can sign for this person, in a sentence; "" if somebody can."""
    if person.pk == actor.pk or person.pk == held.drafted_by_id:
        return _("대결은 기안자가 아닌 다른 결재자를 대신해서만 합니다.")
    if not has_role(person, case.office_id, StaffRole.LEAD, programme_slug=case.programme.slug):
        return _("이 기관의 결재자를 대신해서만 대결할 수 있습니다.")
    today = calendar.today()
    if not Absence.objects.filter(user=person, from_on__lte=today, until_on__gte=today).exists():
        return _("부재로 적힌 결재자를 대신해서만 대결할 수 있습니다.")
    return ""


def absent_leads(case: Application, held: Decision, actor: User) -> list[User]:
    """For whom the person could sign as an acting signer today."""
    today = calendar.today()
    leads = StaffMembership.objects.filter(office=case.office_id, role=StaffRole.LEAD)
    found = User.objects.filter(
        pk__in=leads.values("user"),
        absences__from_on__lte=today,
        absences__until_on__gte=today,
    ).distinct()
    return [one for one in found.order_by("name", "pk") if not cannot_act(case, held, actor, one)]


@transaction.atomic
def hear_report(*, decision: Decision, actor: User) -> Decision:
    """Whoever was acted for has read what was signed for them. A repeat changes nothing. Raises
    NotAllowed, NotNow."""
    case = workflow.lock(decision.application)
    held = Decision.objects.select_for_update(of=("self",)).get(pk=decision.pk)
    if held.signed_as != SignedAs.ACTING:
        raise NotNow(_("대결한 결정이 아닙니다."))
    if held.acted_for_id != actor.pk:
        raise NotAllowed(_("대결을 보고받을 사람만 확인할 수 있습니다."))
    if held.reported_at is not None:
        return held
    held.reported_at = calendar.now()
    held.save(update_fields=["reported_at"])
    record(
        name="decision.acting_reported",
        subject_type="application",
        subject_id=case.public_id,
        actor=actor,
        data={"decision": str(held.public_id)},
    )
    return held


def report(lease: Lease) -> None:
    """Outbox handler: tell whoever was acted for what was signed for them."""
    held = Decision.objects.select_related(
        "acted_for", "signed_off_by", "application__version", "application__office"
    ).get(public_id=UUID(lease.payload["decision"]))
    person, case = held.acted_for, held.application
    if person is None or held.signed_off_by is None:
        return
    mail.queue(
        to=person.email,
        language=person.language,
        template="reviews/mail/acted_for",
        context={
            "name": person.name,
            "programme": case.manifest.names.in_language(person.language),
            "receipt_no": case.receipt_no or "",
            "signer": held.signed_off_by.name,
            "words": held.acted_because,
            "address": settings.SITE_URL + reverse("reviews:sign_off", args=[held.public_id]),
            **contact(case, person.language),
        },
        key=f"{lease.key}:mail",
        user=person,
        about=case.public_id,
    )
