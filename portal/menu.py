"""The menu: what each kind of person may go to, by the names of the pages.

An entry whose page does not exist (its room has not defined the name) is left out, so that the
menu never breaks a page.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import CharField, QuerySet, Value
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import CompanyMembership, StaffMembership, StaffRole
from reviews.models import Evaluator

PUBLIC = "public"
COMPANY = "company"
EVALUATOR = "evaluator"
# Whoever runs the installation.
OPERATOR = "operator"
STAFF = frozenset(StaffRole.values)


@dataclass(frozen=True)
class Entry:
    """One page in the menu, for whoever has one of `roles`."""

    name: str
    label: str
    text: str
    icon: str
    roles: frozenset[str]

    def url(self) -> str:
        return url_or_empty(self.name)


ENTRIES = (
    Entry(
        "programmes",
        _("프로그램 안내"),
        _("어떤 추천이 있고 누가 어떤 기준으로 신청하는지 봅니다."),
        "list",
        frozenset({PUBLIC}),
    ),
    Entry(
        "precheck",
        _("신청 자격 확인"),
        _("로그인하지 않고 추천 요건에 맞는지 미리 확인합니다."),
        "check",
        frozenset({PUBLIC}),
    ),
    Entry(
        "applications:new",
        _("추천 신청"),
        _("추천 프로그램을 고르고 신청서와 서류를 작성합니다."),
        "write",
        frozenset({COMPANY}),
    ),
    Entry(
        "applications:list",
        _("신청 현황"),
        _("제출한 신청의 진행 단계와 처리 기한을 확인합니다."),
        "list",
        frozenset({COMPANY}),
    ),
    Entry(
        "accounts:companies",
        _("우리 회사"),
        _("회사 정보와 함께 일하는 사람을 관리합니다."),
        "company",
        frozenset({COMPANY}),
    ),
    Entry(
        "reviews:queue",
        _("심사 업무"),
        _("맡은 신청을 심사하고 다음 신청을 배정받습니다."),
        "review",
        STAFF,
    ),
    Entry(
        "reviews:sign_offs",
        _("결재"),
        _("기안된 결정을 추천서 초안과 함께 확인하고 결재합니다."),
        "sign",
        frozenset({StaffRole.LEAD.value}),
    ),
    Entry(
        "reviews:evaluations",
        _("전문가 평가"),
        _("배정된 신청을 평가 기준에 따라 평가합니다."),
        "score",
        frozenset({EVALUATOR}),
    ),
    Entry(
        "desk",
        _("운영 현황"),
        _("쿼터, 단계별 신청, 프로그램 판을 한눈에 봅니다."),
        "chart",
        frozenset({StaffRole.ADMINISTRATOR.value, StaffRole.LEAD.value}),
    ),
    Entry(
        "holidays",
        _("공휴일표"),
        _("처리 기한을 세는 공휴일을 보고, 임시공휴일을 등록합니다."),
        "list",
        frozenset({OPERATOR}),
    ),
    Entry(
        "letters:verify",
        pgettext_lazy("menu", "추천서 진위확인"),
        _("추천서가 진본인지, 지금도 유효한지 확인합니다."),
        "verify",
        frozenset({PUBLIC}),
    ),
)


def url_or_empty(name: str) -> str:
    """Return the page's path, or "" while no room defines the name."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def roles_of(request: HttpRequest) -> frozenset[str]:
    """Return everything the signed-in person is, with one query; nobody signed in has none.

    Someone who is neither staff nor evaluator is here to apply, company registered or not yet.
    """
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return frozenset({PUBLIC})
    roles = set(
        StaffMembership.objects.filter(user=user)
        .values_list("role", flat=True)
        .union(_constant(CompanyMembership.objects.filter(user=user), COMPANY))
        .union(_constant(Evaluator.objects.filter(user=user, active=True), EVALUATOR))
    )
    if user.is_superuser:
        roles.add(OPERATOR)
    return frozenset(roles | {PUBLIC} if roles else {PUBLIC, COMPANY})


def _constant(rows: QuerySet[Any], word: str) -> QuerySet[Any, str]:
    said = rows.annotate(role_word=Value(word, output_field=CharField()))
    return said.values_list("role_word", flat=True)


def entries(roles: Iterable[str], path: str) -> list[dict[str, object]]:
    """Return the entries for these roles that exist, the one that holds `path` marked current.

    What a person's own role brings stands before what is open to everyone.
    """
    roles = frozenset(roles)
    mine = sorted((e for e in ENTRIES if e.roles & roles), key=lambda e: PUBLIC in e.roles)
    found = [
        {"name": e.name, "label": e.label, "text": e.text, "icon": e.icon, "url": url}
        for e in mine
        if (url := e.url())
    ]
    holding = [str(e["url"]) for e in found if path.startswith(str(e["url"]))]
    current = max(holding, key=len, default=None)
    return [{**e, "current": e["url"] == current} for e in found]
