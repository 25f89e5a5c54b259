"""The vocabulary of facts: what there is, of which type, in which unit.

Three groups are single objects (candidate, job, employer), the others lists
(`programs.facts.records`). Derived facts are computed from the others and may be asked about
but never stated. A programme may add questions of its own under `own` (its file's `facts`
section).
"""

from __future__ import annotations

from dataclasses import replace

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from programs.facts.records import RECORDS, choices
from programs.facts.types import (
    ORDERED,
    OWN_LABEL,
    WHOLE_NUMBERS,
    Change,
    Choice,
    Fact,
    FactType,
    Group,
    Vocabulary,
)

__all__ = [
    "CLAIM_KINDS",
    "ENDLESS_MONTHS",
    "ORDERED",
    "VOCABULARY",
    "WHOLE_NUMBERS",
    "Change",
    "Choice",
    "Fact",
    "FactType",
    "Group",
    "Vocabulary",
    "item_group",
]

T = FactType
NOW, LATER, NEVER = Change.NOW, Change.LATER, Change.NEVER
MOST_PEOPLE = 1_000_000
# The months of a contract without an end: more than any rule asks for.
ENDLESS_MONTHS = 9_999

EMPLOYER_SIZES = choices(
    ("small", pgettext_lazy("employer size", "소기업")),
    ("medium", pgettext_lazy("employer size", "중기업")),
    ("venture", pgettext_lazy("employer size", "벤처기업")),
    ("mid_sized", pgettext_lazy("employer size", "중견기업")),
    ("large", pgettext_lazy("employer size", "대기업")),
    ("public", pgettext_lazy("employer size", "공공기관")),
)
PAY_BASES = choices(
    ("year", pgettext_lazy("pay basis", "연봉")),
    ("month", pgettext_lazy("pay basis", "월급")),
    ("hour", pgettext_lazy("pay basis", "시급")),
)

CANDIDATE = Group(
    "candidate",
    pgettext_lazy("facts", "외국인"),
    (
        Fact("birth_date", T.DATE, _("생년월일"), change=NEVER),
        Fact("nationality", T.COUNTRY, _("국적"), change=NEVER),
        Fact("in_korea", T.YES_NO, _("국내 체류 중"), change=LATER),
        Fact("status", T.CODE, _("현재 체류자격"), help=_("예: D-2, E-7-1"), change=LATER),
        Fact(
            "region",
            T.CODE,
            _("거주지 시·군·구"),
            help=_("국내에 체류 중일 때만 적습니다."),
            listed="regions",
        ),
        Fact(
            "current_employer_since",
            T.DATE,
            _("현 근무처 근무 시작일"),
            help=_("지금 일하는 회사에서 일하기 시작한 날"),
            change=LATER,
        ),
        Fact("tax_arrears", T.YES_NO, _("외국인의 세금 체납")),
        Fact(
            "illegal_stay_days",
            T.NUMBER,
            _("불법체류 일수"),
            minimum=0,
            maximum=40_000,
            unit="days",
            help=_("지금까지의 합계. 없으면 0"),
            change=NEVER,
        ),
        Fact("age", T.NUMBER, _("만 나이"), unit="years", derived=True, change=LATER, grows=True),
    ),
)

JOB = Group(
    "job",
    pgettext_lazy("facts", "고용계약"),
    (
        Fact("occupation", T.CODE, _("직종코드"), listed="occupations"),
        Fact("occupation_edition", T.CODE, _("직종코드 판")),
        Fact("technology_field", T.CODE, _("기술 분야"), listed="fields"),
        Fact("title", T.TEXT, _("직무명")),
        Fact("pay_basis", T.CHOICE, _("임금 기준"), choices=PAY_BASES),
        Fact("annual_pay", T.MONEY, _("연간 임금 총액"), unit="won"),
        Fact("monthly_pay", T.MONEY, _("월 임금"), unit="won"),
        Fact("weekly_hours", T.NUMBER, _("주당 근로시간"), minimum=1, maximum=100, unit="hours"),
        Fact("from", T.DATE, _("계약 시작일")),
        Fact("to", T.DATE, _("계약 종료일"), nullable=True),
        Fact("region", T.CODE, _("근무지 시·군·구"), listed="regions"),
        Fact(
            "employer_recommends",
            T.YES_NO,
            _("고용주 추천"),
            help=_("고용주가 이 사람을 추천합니다."),
        ),
        Fact("visa_class", T.CODE, _("체류자격 구분"), derived=True),
        Fact("hourly_pay", T.MONEY, _("시간당 임금"), unit="won", derived=True),
        Fact("months", T.NUMBER, _("계약 기간"), unit="months", derived=True),
    ),
)

EMPLOYER = Group(
    "employer",
    pgettext_lazy("facts", "고용기업"),
    (
        Fact("business_no", T.CODE, _("사업자등록번호"), change=NEVER),
        Fact("registered_on", T.DATE, _("사업자 등록일"), change=NEVER),
        Fact("size", T.CHOICE, _("기업 규모"), choices=EMPLOYER_SIZES, change=LATER),
        Fact("sector", T.CODE, _("표준산업분류 코드"), change=LATER),
        Fact("region", T.CODE, _("소재지 시·군·구"), change=LATER, listed="regions"),
        Fact("capital_area", T.YES_NO, _("수도권 소재"), change=LATER),
        Fact("population_decline", T.YES_NO, _("인구감소지역 소재"), change=LATER),
        Fact("root_industry", T.YES_NO, _("뿌리산업 기업"), change=LATER),
        Fact("returned_firm", T.YES_NO, _("국내복귀기업"), change=LATER),
        Fact(
            "insured_nationals",
            T.NUMBER,
            _("내국인 피보험자 수"),
            minimum=0,
            maximum=MOST_PEOPLE,
            unit="people",
            help=_("고용보험에 3개월 이상 가입하고 최저임금 이상을 받는 내국인"),
            change=LATER,
        ),
        Fact(
            "foreign_workers",
            T.NUMBER,
            _("고용 중인 외국인 수"),
            minimum=0,
            maximum=MOST_PEOPLE,
            unit="people",
            help=_("E-1부터 E-7-3까지의 외국인. 이번에 추천받을 사람은 제외"),
            change=LATER,
        ),
        Fact(
            "e74_workers",
            T.NUMBER,
            _("고용 중인 E-7-4 외국인 수"),
            minimum=0,
            maximum=MOST_PEOPLE,
            unit="people",
            help=_("이번에 추천받을 사람은 제외"),
            change=LATER,
        ),
        Fact(
            "regular_workers",
            T.NUMBER,
            _("상시근로자 수"),
            minimum=0,
            maximum=MOST_PEOPLE,
            unit="people",
            change=LATER,
        ),
        Fact(
            "annual_works",
            T.MONEY,
            _("연간 공사 금액"),
            unit="won",
            help=_("건설업체만 적어 주세요."),
            change=LATER,
        ),
        Fact("tax_arrears", T.YES_NO, _("세금 체납")),
        Fact("restricted", T.YES_NO, _("외국인 초청 제한"), change=LATER),
        Fact("domestic_sales_only", T.YES_NO, _("내수 위주 기업"), change=LATER),
        Fact(
            "care_code",
            T.CODE,
            _("장기요양기관기호"),
            help=_("요양보호사를 고용하는 기관만 적어 주세요."),
            change=NEVER,
        ),
        Fact(
            "months_registered",
            T.NUMBER,
            _("등록 후 경과 개월"),
            unit="months",
            derived=True,
            change=LATER,
            grows=True,
        ),
    ),
)

VOCABULARY = Vocabulary((CANDIDATE, JOB, EMPLOYER, *RECORDS))

# Of the candidate's facts those that belong to the identity, which is no claim of the form.
OF_THE_IDENTITY = frozenset({"birth_date", "nationality", "in_korea", "status"})
# What an application claims, and the group of facts each claim fills.
CLAIM_KINDS = {
    "degree": "degrees",
    "career": "careers",
    "language": "languages",
    "licence": "licences",
    "training": "trainings",
    "contract": "job",
    "employer": "employer",
    "person": "candidate",
    "status": "statuses",
    "income": "incomes",
    "penalty": "penalties",
    "achievement": "achievements",
    "recommendation": "recommendations",
    "headcount": "headcounts",
    "foreigner": "foreigners",
    "own": "own",
}


def item_group(claim_kind: str, vocabulary: Vocabulary = VOCABULARY) -> Group:
    """The facts of one claim of this kind; a programme's own only with its vocabulary.

    Raises KeyError for an unknown kind.
    """
    name = CLAIM_KINDS[claim_kind]
    group = vocabulary.group(name) or Group(name, OWN_LABEL, ())
    if claim_kind == "person":
        stated = tuple(fact for fact in group.facts if fact.name not in OF_THE_IDENTITY)
        return replace(group, facts=stated)
    return group
