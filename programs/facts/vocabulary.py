"""The vocabulary of facts: what there is, of which type, in which unit.

Three groups are single objects (candidate, job, employer), the others lists. Derived facts are
computed from the others and may be asked about but never stated. A programme may add questions
of its own under `own` (its file's `facts` section).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise
else:
    StrOrPromise = str


class FactType(StrEnum):
    TEXT = "text"
    CODE = "code"
    DATE = "date"
    NUMBER = "number"
    MONEY = "money"
    SHARE = "share"
    YES_NO = "yes_no"
    CHOICE = "choice"
    LEVEL = "level"
    COUNTRY = "country"


ORDERED = {FactType.DATE, FactType.NUMBER, FactType.MONEY, FactType.SHARE, FactType.LEVEL}
WHOLE_NUMBERS = {FactType.NUMBER, FactType.MONEY, FactType.SHARE}


@dataclass(frozen=True, slots=True)
class Choice:
    code: str
    label: StrOrPromise


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact. `choices` of a LEVEL are in ascending order; `nullable` means null says
    something ("still there", "never ends") and is not the same as absent."""

    name: str
    type: FactType
    label: StrOrPromise
    choices: tuple[Choice, ...] = ()
    minimum: int | None = None
    maximum: int | None = None
    unit: str = ""
    nullable: bool = False
    derived: bool = False
    help: StrOrPromise = ""

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(choice.code for choice in self.choices)

    def rank(self, code: str) -> int:
        """The place of a level in its order."""
        return self.codes.index(code)


@dataclass(frozen=True, slots=True)
class Group:
    """Facts that belong together; `many` means a list of items with these facts."""

    name: str
    label: StrOrPromise
    facts: tuple[Fact, ...]
    many: bool = False
    by_name: dict[str, Fact] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_name", {fact.name: fact for fact in self.facts})

    def fact(self, name: str) -> Fact | None:
        return self.by_name.get(name)

    @property
    def stated(self) -> tuple[Fact, ...]:
        """The facts a person can state: those that are not derived."""
        return tuple(fact for fact in self.facts if not fact.derived)


@dataclass(frozen=True, slots=True)
class Vocabulary:
    groups: tuple[Group, ...]
    by_name: dict[str, Group] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_name", {group.name: group for group in self.groups})

    def group(self, name: str) -> Group | None:
        return self.by_name.get(name)

    def fact(self, path: str) -> Fact | None:
        """The fact at "job.annual_pay"; None for an unknown path or a list's item."""
        group_name, _dot, name = path.partition(".")
        group = self.by_name.get(group_name)
        return None if group is None or group.many else group.fact(name)

    def extended(self, own: tuple[Fact, ...]) -> Vocabulary:
        """This vocabulary with a programme's own questions as the group `own`."""
        if not own:
            return self
        return replace(
            self,
            groups=(*self.groups, Group("own", _("프로그램별 확인 사항"), own)),
        )


T = FactType


def _choices(*pairs: tuple[str, StrOrPromise]) -> tuple[Choice, ...]:
    return tuple(Choice(code, label) for code, label in pairs)


DEGREE_LEVELS = _choices(
    ("associate", pgettext_lazy("degree", "전문학사")),
    ("bachelor", pgettext_lazy("degree", "학사")),
    ("master", pgettext_lazy("degree", "석사")),
    ("doctor", pgettext_lazy("degree", "박사")),
)
LANGUAGE_TESTS = _choices(
    ("topik", _("한국어능력시험 (TOPIK)")),
    ("kiip", _("사회통합프로그램 (KIIP) 이수")),
    ("kiip_pretest", _("사회통합프로그램 사전평가")),
    ("eps_topik", _("고용허가제 한국어능력시험 (EPS-TOPIK)")),
    ("provincial", _("지방자치단체 한국어 시험")),
)
EMPLOYER_SIZES = _choices(
    ("small", pgettext_lazy("employer size", "소기업")),
    ("medium", pgettext_lazy("employer size", "중기업")),
    ("venture", pgettext_lazy("employer size", "벤처기업")),
    ("mid_sized", pgettext_lazy("employer size", "중견기업")),
    ("large", pgettext_lazy("employer size", "대기업")),
    ("public", pgettext_lazy("employer size", "공공기관")),
)

CANDIDATE = Group(
    "candidate",
    pgettext_lazy("facts", "외국인"),
    (
        Fact("birth_date", T.DATE, _("생년월일")),
        Fact("nationality", T.COUNTRY, _("국적")),
        Fact("in_korea", T.YES_NO, _("국내 체류 중")),
        Fact("status", T.CODE, _("현재 체류자격"), help=_("예: D-2, E-7-1")),
        Fact("age", T.NUMBER, _("만 나이"), unit="years", derived=True),
    ),
)

JOB = Group(
    "job",
    pgettext_lazy("facts", "고용계약"),
    (
        Fact("occupation", T.CODE, _("직종코드")),
        Fact("occupation_edition", T.CODE, _("직종코드 판")),
        Fact("technology_field", T.CODE, _("기술 분야")),
        Fact("title", T.TEXT, _("직무명")),
        Fact("annual_pay", T.MONEY, _("연간 임금 총액"), unit="won"),
        Fact("monthly_pay", T.MONEY, _("월 임금"), unit="won"),
        Fact("weekly_hours", T.NUMBER, _("주당 근로시간"), minimum=1, maximum=100, unit="hours"),
        Fact("from", T.DATE, _("계약 시작일")),
        Fact("to", T.DATE, _("계약 종료일"), nullable=True),
        Fact("region", T.CODE, _("근무지 시·군·구")),
        Fact("visa_class", T.CODE, _("체류자격 구분"), derived=True),
        Fact("hourly_pay", T.MONEY, _("시간당 임금"), unit="won", derived=True),
    ),
)

EMPLOYER = Group(
    "employer",
    pgettext_lazy("facts", "고용기업"),
    (
        Fact("business_no", T.CODE, _("사업자등록번호")),
        Fact("registered_on", T.DATE, _("사업자 등록일")),
        Fact("size", T.CHOICE, _("기업 규모"), choices=EMPLOYER_SIZES),
        Fact("sector", T.CODE, _("표준산업분류 코드")),
        Fact("region", T.CODE, _("소재지 시·군·구")),
        Fact("returned_firm", T.YES_NO, _("국내복귀기업")),
        Fact(
            "insured_nationals",
            T.NUMBER,
            _("내국인 피보험자 수"),
            minimum=0,
            maximum=1_000_000,
            unit="people",
            help=_("고용보험에 3개월 이상 가입하고 최저임금 이상을 받는 내국인"),
        ),
        Fact(
            "foreign_workers",
            T.NUMBER,
            _("고용 중인 외국인 수"),
            minimum=0,
            maximum=1_000_000,
            unit="people",
            help=_("E-1부터 E-7-3까지의 외국인. 이번에 추천받을 사람은 제외"),
        ),
        Fact(
            "regular_workers",
            T.NUMBER,
            _("상시근로자 수"),
            minimum=0,
            maximum=1_000_000,
            unit="people",
        ),
        Fact("tax_arrears", T.YES_NO, _("세금 체납")),
        Fact("restricted", T.YES_NO, _("외국인 초청 제한")),
        Fact("domestic_sales_only", T.YES_NO, _("내수 위주 기업")),
        Fact(
            "care_code",
            T.CODE,
            _("장기요양기관기호"),
            help=_("요양보호사를 고용하는 기관만 적어 주세요."),
        ),
        Fact("months_registered", T.NUMBER, _("등록 후 경과 개월"), unit="months", derived=True),
    ),
)

DEGREES = Group(
    "degrees",
    pgettext_lazy("facts", "학위"),
    (
        Fact("level", T.LEVEL, _("학위 수준"), choices=DEGREE_LEVELS),
        Fact("country", T.COUNTRY, _("취득 국가")),
        Fact("field", T.TEXT, _("전공")),
        Fact("institution", T.TEXT, _("교육기관")),
        Fact("awarded_on", T.DATE, _("취득일"), help=_("졸업 예정이면 예정일")),
        Fact("related", T.YES_NO, _("직무 관련 전공")),
    ),
    many=True,
)

CAREERS = Group(
    "careers",
    pgettext_lazy("facts", "경력"),
    (
        Fact("employer", T.TEXT, _("근무처")),
        Fact("title", T.TEXT, _("직위·직무")),
        Fact("country", T.COUNTRY, _("근무 국가")),
        Fact("from", T.DATE, _("근무 시작일")),
        Fact("to", T.DATE, _("근무 종료일"), nullable=True, help=_("재직 중이면 비워 두세요.")),
        Fact(
            "share",
            T.SHARE,
            _("근무 비율"),
            minimum=1,
            maximum=100,
            unit="hundredths",
            help=_("전일제는 100"),
        ),
        Fact("related", T.YES_NO, _("직무 관련 경력")),
        Fact("world_class", T.YES_NO, _("세계적 기업 경력")),
    ),
    many=True,
)

LANGUAGES = Group(
    "languages",
    pgettext_lazy("facts", "한국어 능력"),
    (
        Fact("test", T.CHOICE, _("시험·과정"), choices=LANGUAGE_TESTS),
        Fact("level", T.NUMBER, _("등급·단계"), minimum=0, maximum=10),
        Fact("score", T.NUMBER, _("점수"), minimum=0, maximum=1000, unit="points"),
        Fact("taken_on", T.DATE, _("취득일·이수일")),
    ),
    many=True,
)

LICENCES = Group(
    "licences",
    pgettext_lazy("facts", "자격증"),
    (
        Fact("code", T.CODE, _("자격 코드")),
        Fact("name", T.TEXT, _("자격명")),
        Fact("country", T.COUNTRY, _("발급 국가")),
        Fact("awarded_on", T.DATE, _("취득일")),
        Fact("valid_until", T.DATE, _("유효기간"), nullable=True),
    ),
    many=True,
)

TRAININGS = Group(
    "trainings",
    pgettext_lazy("facts", "교육·시험 이수"),
    (
        Fact("code", T.CODE, _("과정 코드")),
        Fact("name", T.TEXT, _("과정명")),
        Fact("institution", T.TEXT, _("교육기관")),
        Fact("hours", T.NUMBER, _("교육 시간"), minimum=0, maximum=100_000, unit="hours"),
        Fact("completed_on", T.DATE, _("이수일")),
    ),
    many=True,
)

STATUSES = Group(
    "statuses",
    pgettext_lazy("facts", "체류 이력"),
    (
        Fact("code", T.CODE, _("체류자격")),
        Fact("from", T.DATE, _("체류 시작일")),
        Fact("to", T.DATE, _("체류 종료일"), nullable=True),
    ),
    many=True,
)

VOCABULARY = Vocabulary(
    (CANDIDATE, JOB, EMPLOYER, DEGREES, CAREERS, LANGUAGES, LICENCES, TRAININGS, STATUSES)
)

# What an application claims, and the group of facts each claim fills.
CLAIM_KINDS = {
    "degree": "degrees",
    "career": "careers",
    "language": "languages",
    "licence": "licences",
    "training": "trainings",
    "contract": "job",
    "employer": "employer",
}


def item_group(claim_kind: str) -> Group:
    """The facts of one claim of this kind. Raises KeyError for an unknown kind."""
    return VOCABULARY.by_name[CLAIM_KINDS[claim_kind]]
