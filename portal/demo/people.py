"""The people, companies and evaluators of a demonstration. All of them are invented."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import transaction

from accounts.models import (
    Company,
    CompanyMembership,
    CompanyRole,
    Office,
    StaffMembership,
    StaffRole,
    User,
)
from programs import calendar
from programs.models import Programme
from reviews.models import Evaluator, MailDomain, Panel, PanelMember

PASSWORD = "chucheon-demo"  # noqa: S105  printed on the start page of a demonstration
DOMAIN = "demo.example"
PANEL = "시연 평가위원회"


@dataclass(frozen=True)
class Person:
    login: str
    name: str
    language: str = "ko"
    company: str = ""
    staff: tuple[tuple[str, str], ...] = field(default=())
    institution: str = ""
    operator: bool = False

    @property
    def email(self) -> str:
        return f"{self.login}@{DOMAIN}"


COMPANIES = {
    # Synthetic business numbers with a right check digit.
    "0018100002": ("주식회사 다온시연소프트", "Daon Demo Software Co., Ltd.", "정하늘"),
    "0018612309": ("시연새길전자 주식회사", "Saegil Demo Electronics Co., Ltd.", "윤바다"),
}
PEOPLE = (
    Person("company", "김담당", company="0018100002"),
    Person("company2", "이담당", company="0018612309"),
    Person("kotra.reviewer", "박심사", staff=(("kotra", StaffRole.REVIEWER),)),
    Person("kotra.reviewer2", "최심사", staff=(("kotra", StaffRole.REVIEWER),)),
    Person("kotra.lead", "정결재", staff=(("kotra", StaffRole.LEAD),)),
    Person("kotra.admin", "강운영", staff=(("kotra", StaffRole.ADMINISTRATOR),)),
    Person("gyeonggi.reviewer", "조심사", staff=(("gyeonggi", StaffRole.REVIEWER),)),
    Person("gyeonggi.reviewer2", "장심사", staff=(("gyeonggi", StaffRole.REVIEWER),)),
    Person("gyeonggi.lead", "임결재", staff=(("gyeonggi", StaffRole.LEAD),)),
    Person("gyeonggi.admin", "한운영", staff=(("gyeonggi", StaffRole.ADMINISTRATOR),)),
    Person("daegu.reviewer", "신심사", staff=(("daegu", StaffRole.REVIEWER),)),
    Person("daegu.lead", "권결재", staff=(("daegu", StaffRole.LEAD),)),
    Person("daegu.admin", "황운영", staff=(("daegu", StaffRole.ADMINISTRATOR),)),
    Person("ulsan.reviewer", "안심사", staff=(("ulsan", StaffRole.REVIEWER),)),
    Person("ulsan.lead", "송결재", staff=(("ulsan", StaffRole.LEAD),)),
    Person("ulsan.admin", "전운영", staff=(("ulsan", StaffRole.ADMINISTRATOR),)),
    Person("evaluator1", "오평가", institution="시연대학교 컴퓨터공학부"),
    Person("evaluator2", "서평가", institution="시연연구원 전자연구본부"),
    Person("operator", "도운영", operator=True),
    Person("evaluator3", "Kim Evaluator", language="en", institution="Demo Institute"),
)
# What an office changes of its quota, one administrator proposes and another approves.
SECOND_ADMINISTRATORS = (
    Person("gyeonggi.admin2", "유운영", staff=(("gyeonggi", StaffRole.ADMINISTRATOR),)),
    Person("daegu.admin2", "문운영", staff=(("daegu", StaffRole.ADMINISTRATOR),)),
    Person("ulsan.admin2", "배운영", staff=(("ulsan", StaffRole.ADMINISTRATOR),)),
)


@transaction.atomic
def seed(wanted: Sequence[Person] = PEOPLE) -> list[str]:
    """Make whoever is missing; touch nobody who exists. One line per person made.

    Refuses outside a demonstration: everyone knows the password.
    """
    if not settings.DEMONSTRATION:
        raise PermissionError("Demonstration users are only made in a demonstration.")
    companies = {
        number: Company.objects.get_or_create(
            business_no=number,
            defaults={
                "name_ko": name_ko,
                "name_en": name_en,
                "representative": representative,
                "address": "경기도 성남시 분당구 시연로 1",
                "phone": "031-000-0000",
            },
        )[0]
        for number, (name_ko, name_en, representative) in COMPANIES.items()
    }
    offices = {office.code: office for office in Office.objects.all()}
    lines = []
    for office in offices.values():
        # Everybody's address is here: it ties nobody to anybody.
        MailDomain.objects.get_or_create(
            office=office, domain=DOMAIN, defaults={"changed_at": calendar.now()}
        )
    # Once for all: slow on purpose, and everyone knows it anyway.
    hashed = make_password(PASSWORD)
    for person in wanted:
        user, made = User.objects.get_or_create(
            email=person.email,
            defaults={
                "name": person.name,
                "language": person.language,
                "is_superuser": person.operator,
                "is_staff": person.operator,
            },
        )
        if not made:
            continue
        user.password = hashed
        user.save(update_fields=["password"])
        EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
        if person.company:
            CompanyMembership.objects.create(
                company=companies[person.company], user=user, role=CompanyRole.OWNER
            )
        for code, role in person.staff:
            StaffMembership.objects.create(office=offices[code], user=user, role=role)
        if person.institution:
            evaluator = Evaluator.objects.create(user=user, institution=person.institution)
            _seat(evaluator, offices)
        lines.append(f"made {person.email}")
    return lines


def _seat(evaluator: Evaluator, offices: dict[str, Office]) -> None:
    """Put an evaluator on the panel of each programme that has external evaluation."""
    for programme in Programme.objects.filter(office__in=offices.values()).order_by("pk"):
        newest = programme.versions.order_by("-effective_from").first()
        if newest is None or newest.manifest().rubric is None:
            continue
        panel, _made = Panel.objects.get_or_create(
            programme=programme,
            name=PANEL,
            retired_at=None,
            defaults={"created_at": calendar.now()},
        )
        PanelMember.objects.get_or_create(
            panel=panel, evaluator=evaluator, defaults={"added_at": calendar.now()}
        )
