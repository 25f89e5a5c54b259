"""Conflicts of interest: who must have nothing to do with which case.

A conflict is with a company, and then with all its cases, or with one case. Whoever is a member of
a company on its own side is in conflict with it without a word.
"""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import has_role
from accounts.models import Company, CompanyMembership, StaffMembership, StaffRole, User
from applications import workflow
from applications.errors import Invalid, NotAllowed, NotNow
from applications.models import Application, QueueRow
from audit.services import record
from notifications import outbox
from notifications.outbox import Lease
from programs import calendar
from reviews.models import Conflict, Invitation

TOPIC_DECLARED = "reviews.conflict_declared"
LONGEST_NOTE = 2000
# Longer than any statement or lock on the web may take.
ONCE_MORE = timedelta(minutes=1)


def live() -> Q:
    return Q(ended_at=None)


def cases_barred_to(person: User) -> Q:
    """Rows of Application that this person must have nothing to do with (`applications.bars`)."""
    declared = Conflict.objects.filter(live(), user=person)
    return (
        Q(company__in=declared.filter(company__isnull=False).values("company"))
        | Q(pk__in=declared.filter(application__isnull=False).values("application"))
        | Q(company__in=CompanyMembership.objects.filter(user=person).values("company"))
    )


def among(people: Iterable[int], case: Application) -> dict[int, str]:
    """Which of these people (by id) are in conflict with the case, and the kind of it."""
    return among_many(people, [case])[case.pk]


def among_many(people: Iterable[int], cases: Sequence[Application]) -> dict[int, dict[int, str]]:
    """By case, which of these people (by id) are in conflict with it. Two queries."""
    wanted = list(people)
    companies = {case.company_id for case in cases}
    ids = [case.pk for case in cases]
    of_company: dict[int, dict[int, str]] = {}
    of_case: dict[int, dict[int, str]] = {}
    members = CompanyMembership.objects.filter(user__in=wanted, company__in=companies)
    for company, person in members.values_list("company_id", "user_id"):
        of_company.setdefault(company, {})[person] = str(Conflict.Kind.SAME_COMPANY)
    declared = Conflict.objects.filter(live(), user__in=wanted).filter(
        Q(company__in=companies) | Q(application__in=ids)
    )
    for company, case, person, kind in declared.order_by("-pk").values_list(
        "company_id", "application_id", "user_id", "kind"
    ):
        of = of_company.setdefault(company, {}) if company else of_case.setdefault(case, {})
        of[person] = kind
    return {
        case.pk: of_company.get(case.company_id, {}) | of_case.get(case.pk, {}) for case in cases
    }


def may_record_for(actor: User, person: User) -> bool:
    """Everyone on the staff for themselves; an administrator for the people of their offices."""
    if actor.pk == person.pk:
        return StaffMembership.objects.filter(user=person).exists()
    return _administers(actor, person)


def _administers(actor: User, person: User) -> bool:
    run = StaffMembership.objects.filter(user=actor, role=StaffRole.ADMINISTRATOR).values("office")
    return StaffMembership.objects.filter(user=person, office__in=run).exists()


@transaction.atomic
def declare_for_company(
    *, actor: User, person: User, company: Company, kind: str, note: str = ""
) -> Conflict:
    """Note a conflict with a company. The person's cases of it go to others at once, each in its
    own transaction, after this one. Raises NotAllowed, Invalid, NotNow for a repeat."""
    if not may_record_for(actor, person):
        raise NotAllowed(_("이 사람의 이해관계를 적을 권한이 없습니다."))
    kind = "" if kind == Conflict.Kind.TOOK_PART else kind
    conflict = _write(actor, person, kind, note, company=company)
    # Once more when everything that was under way is over: a case may be given this very moment.
    for key, due_at in (("declared", None), ("again", timezone.now() + ONCE_MORE)):
        outbox.enqueue(
            topic=TOPIC_DECLARED,
            key=f"{conflict.public_id}:{key}",
            payload={"conflict": str(conflict.public_id)},
            due_at=due_at,
        )
    return conflict


@transaction.atomic
def declare_for_case(
    *, actor: User, application: Application, kind: str, note: str = "", person: User | None = None
) -> Conflict:
    """Note a conflict with one case, and give the case to somebody else at once if the person has
    it. Raises NotAllowed, Invalid, NotNow for a repeat."""
    person = person or actor
    kind = "" if kind == Conflict.Kind.TOOK_PART else kind
    case = workflow.lock(application)
    if not has_role(person, case.office_id, programme_slug=case.programme.slug):
        raise NotAllowed(_("이 기관의 직원만 이해관계를 적을 수 있습니다."))
    if actor.pk != person.pk and not has_role(actor, case.office_id, StaffRole.ADMINISTRATOR):
        raise NotAllowed(_("이 사람의 이해관계를 적을 권한이 없습니다."))
    conflict = _write(actor, person, kind, note, application=case)
    _recuse(case, person, conflict)
    return conflict


def disqualify(case: Application, person: User, by: User) -> None:
    """Keep whoever drafted a refusal that has been undone from the reopened, locked case (제척).
    A repeat changes nothing."""
    held = Conflict.objects.filter(live(), user=person, application=case).first()
    if held is None:
        held = _write(by, person, Conflict.Kind.TOOK_PART, "", application=case)
    _recuse(case, person, held)


def of_evaluator(held: Invitation, *, kind: str, note: str = "") -> None:
    """Keep what an evaluator declared with the other conflicts, in the caller's transaction, so
    that they are not asked about this case again. What is kept already stays as it is."""
    person, case = held.evaluator.user, held.application
    if not Conflict.objects.filter(live(), user=person, application=case).exists():
        _write(person, person, kind, note, application=case)


@transaction.atomic
def end(*, conflict: Conflict, actor: User) -> None:
    """An administrator ends a conflict that no longer is one; never the person's own. A repeat
    changes nothing. Raises NotAllowed."""
    held = Conflict.objects.select_for_update(of=("self",)).get(pk=conflict.pk)
    if held.user_id == actor.pk or not _administers(actor, held.user):
        raise NotAllowed(_("이해관계는 기관의 다른 운영자만 끝낼 수 있습니다."))
    if held.kind == Conflict.Kind.TOOK_PART:
        raise NotNow(_("앞선 결정에 관여한 것은 끝낼 수 없습니다."))
    if held.ended_at is not None:
        return
    held.ended_by, held.ended_at = actor, calendar.now()
    held.save(update_fields=["ended_by", "ended_at"])
    _record("review.conflict_ended", held, actor)


def recuse_everywhere(lease: Lease) -> None:
    """Outbox handler: give the person's cases of the company to others, one transaction each. A
    repeat finds none left."""
    conflict = Conflict.objects.select_related("user").get(
        public_id=UUID(lease.payload["conflict"])
    )
    if conflict.ended_at is not None:
        return
    held = Application.objects.filter(
        queue_row__assignee=conflict.user_id, company=conflict.company_id
    )
    for application in held.order_by("pk"):
        with transaction.atomic():
            _recuse(workflow.lock(application), conflict.user, conflict)


def _recuse(case: Application, person: User, conflict: Conflict) -> None:
    """Take a locked case from the person, if they have it, and give it to somebody else."""
    from reviews.services import assignment

    row = QueueRow.objects.select_for_update(of=("self",)).filter(application=case).first()
    if row is None or row.assignee_id != person.pk:
        return
    assignment.set_free(case, row, how="conflict", because=conflict.kind)
    record(
        name="review.recused",
        subject_type="application",
        subject_id=case.public_id,
        actor=person,
        data={"kind": conflict.kind},
    )
    assignment.assign_least_loaded(application=case)


def _write(
    actor: User,
    person: User,
    kind: str,
    note: str,
    *,
    company: Company | None = None,
    application: Application | None = None,
) -> Conflict:
    if kind not in Conflict.Kind.values:
        sentence = _("어떤 이해관계인지 골라 주세요.")
        raise Invalid(sentence, {"kind": [sentence]})
    try:
        with transaction.atomic():
            conflict = Conflict.objects.create(
                public_id=uuid4(),
                user=person,
                kind=kind,
                company=company,
                application=application,
                note=note.replace("\x00", "").strip()[:LONGEST_NOTE] or None,
                declared_by=actor,
                declared_at=calendar.now(),
            )
    except IntegrityError as clash:
        raise NotNow(_("이미 신고한 이해관계입니다.")) from clash
    _record("review.conflict_declared", conflict, actor)
    return conflict


def _record(name: str, conflict: Conflict, actor: User) -> None:
    """The kind and what it is with; never the words."""
    record(
        name=name,
        subject_type="user",
        subject_id=conflict.user.public_id,
        actor=actor,
        data={
            "kind": conflict.kind,
            "company": conflict.company.public_id if conflict.company else None,
            "application": conflict.application.public_id if conflict.application else None,
        },
    )
