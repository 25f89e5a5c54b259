"""People and companies for the tests of this room, made through the services."""

from itertools import count

from allauth.account.models import EmailAddress

from accounts.models import Company, CompanyMembership, CompanyRole, User
from accounts.services import companies

NUMBERS = ("1248100998", "1168200276", "1348672683", "0028204503", "0031001201")
ABOUT = {
    "name_ko": "주식회사 가나다",
    "name_en": "Ganada Co., Ltd.",
    "representative": "나대표",
    "address": "서울특별시 중구 세종대로 110",
    "phone": "02-123-4567",
}
_counter = count(1)


def someone(name: str = "", *, language: str = "ko", email: str = "") -> User:
    """A person with a verified address."""
    number = next(_counter)
    user = User.objects.create_user(
        email=email or f"person{number}@test.example", name=name or f"사람{number}", password="x"
    )
    user.language = language
    user.save(update_fields=["language"])
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def company_of(owner: User, *, number: str = NUMBERS[0], **about: str) -> Company:
    return companies.register(actor=owner, business_no=number, about={**ABOUT, **about})


def joined(company: Company, role: CompanyRole = CompanyRole.MEMBER, name: str = "") -> User:
    """One more person of the company."""
    user = someone(name)
    CompanyMembership.objects.create(company=company, user=user, role=role)
    return user


def roles_in(company: Company) -> dict[str, str]:
    return dict(company.memberships.values_list("user__name", "role"))
