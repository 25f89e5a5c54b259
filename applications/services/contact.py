"""Who answers for a case, as every notice says it: department, name and telephone of the officer
(PETITION-DECREE §31)."""

from collections.abc import Callable, Iterable

from accounts.access import staff_of
from accounts.models import Company, Office, StaffMembership, StaffRole, User
from applications.models import Application, QueueRow

# Who has had a case last, asked of the room that hands cases out; None where nobody has.
LastOfficer = Callable[[Application], User | None]
_last: list[LastOfficer] = []


def ask_for_officer(finder: LastOfficer) -> None:
    """Register who knows which officer had a case that is no longer in the queue."""
    if finder not in _last:
        _last.append(finder)


def officer_of(case: Application) -> User | None:
    """Whoever has the case, or had it last; before that the lead who answers for the programme."""
    row = QueueRow.objects.filter(application=case).select_related("assignee").first()
    if row is not None and row.assignee is not None:
        return row.assignee
    for finder in _last:
        if (found := finder(case)) is not None:
            return found
    leads = staff_of(case.office, StaffRole.LEAD, programme_slug=case.programme.slug)
    return leads[0] if leads else None


def contact(case: Application, language: str) -> dict[str, str]:
    """The officer of a case in a reader's language: office, department, name and telephone. What
    the officer has not filled in is the office's."""
    return {**of_office(case.office, language), **_of_officer(case, language)}


def of_whoever_has_it(case: Application, language: str) -> dict[str, str]:
    """The same for a page, of whoever has the case now, else of the office: one query, none for a
    case that is over."""
    if case.closed_at is not None:
        return of_office(case.office, language)
    posts = StaffMembership.objects.filter(
        office=case.office_id, user__in=QueueRow.objects.filter(application=case).values("assignee")
    )
    said = of_office(case.office, language)
    return {**said, **_posts_say(posts.select_related("user").order_by("pk"), language)}


def of_office(office: Office, language: str) -> dict[str, str]:
    """The office, its department and telephone; empty where it has none."""
    english = language == "en"
    return {
        "office": office.name_en if english else office.name_ko,
        "department": office.department_en if english else office.department_ko,
        "officer": "",
        "phone": office.phone,
    }


def _of_officer(case: Application, language: str) -> dict[str, str]:
    officer = officer_of(case)
    if officer is None:
        return {}
    posts = StaffMembership.objects.filter(user=officer, office=case.office_id).order_by("pk")
    return {"officer": officer.name, **_posts_say(posts.select_related("user"), language)}


def _posts_say(posts: Iterable[StaffMembership], language: str) -> dict[str, str]:
    """The first department and telephone that a person's posts name."""
    said: dict[str, str] = {}
    for post in posts:
        said["officer"] = post.user.name
        department = post.department_en if language == "en" else post.department_ko
        if department:
            said.setdefault("department", department)
        if post.phone:
            said.setdefault("phone", post.phone)
    return said


def company_name(company: Company, language: str) -> str:
    """The company's name in a reader's language, Korean where it has no other."""
    return (company.name_en if language == "en" else "") or company.name_ko
