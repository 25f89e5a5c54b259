"""A case that comes back from the applicant: what it was before, and who hears of it (T13)."""

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.access import has_role, staff_of
from accounts.models import StaffMembership, StaffRole, User
from applications.errors import Invalid, NotAllowed
from applications.models import Application, StageChange
from applications.services import buffer
from applications.services.contact import contact
from applications.services.drafting import CANDIDATE_FIELDS
from audit.services import record
from notifications import mail, outbox
from notifications.outbox import Lease
from programs import calendar
from reviews.models import Absence, DeclaredBefore
from reviews.services import deputies

# What a claim of identity says of the candidate (`applications.facts.identity_of`).
OF_THE_IDENTITY = frozenset(
    {
        "surname",
        "given_names",
        "birth_date",
        "nationality",
        "sex",
        "in_korea",
        "status_of_stay",
    }
)
TOPIC_RETURNED = "reviews.returned_while_away"
LONGEST = 366


# --- what it was before ------------------------------------------------------------------------
def keep_declared(case: Application, change: StageChange) -> None:
    """Effect of asking for a supplement, and of sending one unasked, before it is filed: keep what
    is declared now, to be compared later."""
    request = buffer.open_round(case)
    if request is None:
        return
    DeclaredBefore.objects.create(
        request=request,
        claims=[
            {"kind": claim.kind, "position": claim.position, "declared": claim.declared}
            for claim in case.claims.order_by("kind", "position")
        ]
        + [{"kind": buffer.CANDIDATE, "position": 0, "declared": candidate_now(case)}],
    )


def candidate_now(case: Application) -> dict[str, Any]:
    """What the candidate's own data say beside the identity, which is a claim."""
    names = [name for name in CANDIDATE_FIELDS if name not in OF_THE_IDENTITY]
    return buffer.candidate_content(case.candidate, names)


# --- who is away -------------------------------------------------------------------------------
def away(people: Iterable[int], *, on: date | None = None) -> dict[int, date]:
    """Which of these people (by id) are away that day, today by default, and until when."""
    day = on or calendar.today()
    rows = Absence.objects.filter(user__in=list(people), from_on__lte=day, until_on__gte=day)
    return {row.user_id: row.until_on for row in rows.order_by("until_on")}


def may_enter_for(actor: User, user: User) -> bool:
    """Everyone on the staff for themselves; a lead for the people of the lead's offices."""
    if actor.pk == user.pk:
        return StaffMembership.objects.filter(user=user).exists()
    led = StaffMembership.objects.filter(user=actor, role=StaffRole.LEAD).values("office")
    return StaffMembership.objects.filter(user=user, office__in=led).exists()


@transaction.atomic
def enter_absence(
    *, actor: User, user: User, from_on: date, until_on: date, deputy: User | None = None
) -> Absence:
    """Note that a member of staff is away, both days included, and who stands in. Raises
    NotAllowed, Invalid."""
    if not may_enter_for(actor, user):
        raise NotAllowed(_("이 사람의 부재를 적을 권한이 없습니다."))
    errors: dict[str, list[str]] = {}
    if until_on < from_on:
        errors["until_on"] = [_("마지막 날은 첫날보다 빠를 수 없습니다.")]
    elif until_on < calendar.today():
        errors["until_on"] = [_("이미 지난 날입니다.")]
    elif (until_on - from_on).days >= LONGEST:
        errors["until_on"] = [_("한 번에 1년까지 적을 수 있습니다.")]
    elif deputy is not None and (sentence := _no_deputy(deputy, user, from_on, until_on)):
        errors["deputy"] = [sentence]
    if errors:
        raise Invalid(_("입력한 내용을 확인해 주세요."), errors)
    absence = Absence.objects.create(
        user=user,
        from_on=from_on,
        until_on=until_on,
        deputy=deputy,
        entered_at=calendar.now(),
    )
    _record("review.absence_entered", actor, absence)
    return absence


def _no_deputy(deputy: User, user: User, from_on: date, until_on: date) -> str:
    """Why somebody cannot stand in for those days, in a sentence; "" if they can."""
    if deputy.pk == user.pk:
        return _("대리자는 다른 사람이어야 합니다.")
    if deputy not in deputies_for(user):
        return _("같은 기관의 심사자나 결재자만 대리할 수 있습니다.")
    if Absence.objects.filter(user=deputy, from_on__lte=until_on, until_on__gte=from_on).exists():
        return _("이 기간에 부재인 사람은 대리할 수 없습니다.")
    return ""


def deputies_for(user: User) -> list[User]:
    """Who may stand in for this person: the others who review at the same office."""
    working = (StaffRole.REVIEWER, StaffRole.LEAD)
    own = StaffMembership.objects.filter(user=user, role__in=working).values("office")
    others = StaffMembership.objects.filter(office__in=own, role__in=working).values("user")
    found = User.objects.filter(pk__in=others, is_active=True).exclude(pk=user.pk)
    return list(found.order_by("name", "pk"))


@transaction.atomic
def end_absence(*, actor: User, absence: Absence) -> None:
    """Strike an absence out: the person is there after all. Raises NotAllowed."""
    if not may_enter_for(actor, absence.user):
        raise NotAllowed(_("이 사람의 부재를 적을 권한이 없습니다."))
    _record("review.absence_ended", actor, absence)
    if absence.begun_at is not None:
        deputies.leave_word(absence.user, key=f"{absence.public_id}:ended")
    absence.delete()


def _record(name: str, actor: User, absence: Absence) -> None:
    record(
        name=name,
        subject_type="user",
        subject_id=absence.user.public_id,
        actor=actor,
        data={
            "from": absence.from_on.isoformat(),
            "until": absence.until_on.isoformat(),
            "deputy": absence.deputy.public_id if absence.deputy else None,
        },
    )


# --- who hears of it -----------------------------------------------------------------------------
def leave_word(case: Application, change: StageChange) -> None:
    """Effect of an answered or unasked supplement: when the case's reviewer is not there to see it
    at the top of the queue, a row in the outbox for the leads."""
    assignment = case.assignments.filter(ended_at=None).select_related("assignee").first()
    if assignment is None or not _is_away(case, assignment.assignee):
        return
    outbox.enqueue(
        topic=TOPIC_RETURNED,
        key=f"{case.public_id}:{change.revision}:returned",
        payload={"application": str(case.public_id)},
    )


def _is_away(case: Application, person: User) -> bool:
    there = has_role(
        person,
        case.office_id,
        StaffRole.REVIEWER,
        StaffRole.LEAD,
        programme_slug=case.programme.slug,
    )
    return not there or person.pk in away([person.pk])


def mail_leads(lease: Lease) -> None:
    """Outbox handler: tell the office's leads that a case waits for somebody who is away, and give
    it to the deputy if there is one. A lead who is away too is told all the same: a lead decides
    who goes on, whoever comes first."""
    case = (
        Application.objects.select_related("version", "programme", "candidate", "office")
        .filter(public_id=UUID(lease.payload["application"]))
        .first()
    )
    held = case and case.assignments.filter(ended_at=None).select_related("assignee").first()
    if case is None or not held or not _is_away(case, held.assignee):
        return  # given to somebody else, or the reviewer is back
    until = away([held.assignee_id]).get(held.assignee_id)
    absence = deputies.current(held.assignee)
    deputy = deputies.stand_in(absence, case) if absence is not None else None
    for lead in staff_of(case.office, StaffRole.LEAD, programme_slug=case.programme.slug):
        if lead.pk == held.assignee_id:
            continue
        mail.queue(
            to=lead.email,
            language=lead.language,
            template="reviews/mail/returned_while_away",
            context={
                "name": lead.name,
                "programme": case.manifest.names.in_language(lead.language),
                "receipt_no": case.receipt_no or "",
                "reviewer": held.assignee.name,
                "until": until,
                "deputy": deputy.name if deputy else "",
                "address": settings.SITE_URL
                + reverse("reviews:people", kwargs={"public_id": case.public_id})
                + "#reassign",
                **contact(case, lead.language),
            },
            key=f"{lease.key}:{lead.pk}",
            user=lead,
            about=case.public_id,
        )
    if absence is not None and deputy is not None:
        # After the mails: a repeat after a fault finds the case still waiting for its reviewer.
        deputies.hand_over(application=case, absence=absence, only_deputy=True)


def absences_seen_by(user: User) -> list[Absence]:
    """Absences that last or are to come: one's own, those one stands in for, and for a lead those
    of the lead's offices."""
    led = StaffMembership.objects.filter(user=user, role=StaffRole.LEAD).values("office")
    people = StaffMembership.objects.filter(office__in=led).values("user")
    return list(
        Absence.objects.filter(
            Q(user=user) | Q(user__in=people) | Q(deputy=user), until_on__gte=calendar.today()
        )
        .select_related("user", "deputy")
        .order_by("from_on", "pk")
    )


def people_of(user: User) -> list[User]:
    """For whom this person may enter an absence: themselves first, then the people they lead."""
    led = StaffMembership.objects.filter(user=user, role=StaffRole.LEAD).values("office")
    others = User.objects.filter(
        pk__in=StaffMembership.objects.filter(
            office__in=led, role__in=(StaffRole.REVIEWER, StaffRole.LEAD)
        ).values("user"),
        is_active=True,
    ).exclude(pk=user.pk)
    return [user, *others.order_by("name", "pk")]
