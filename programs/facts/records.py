"""The lists of the vocabulary: what a person has done, and what a company counts by day."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from programs.facts.types import Change, Choice, Fact, FactType, Group

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise
else:
    StrOrPromise = str

T = FactType
LATER, NEVER = Change.LATER, Change.NEVER


def choices(*pairs: tuple[str, StrOrPromise]) -> tuple[Choice, ...]:
    return tuple(Choice(code, label) for code, label in pairs)


DEGREE_LEVELS = choices(
    ("associate", pgettext_lazy("degree", "전문학사")),
    ("bachelor", pgettext_lazy("degree", "학사")),
    ("master", pgettext_lazy("degree", "석사")),
    ("doctor", pgettext_lazy("degree", "박사")),
)
CAREER_KINDS = choices(
    ("work", pgettext_lazy("career", "근무")),
    ("research", pgettext_lazy("career", "연구")),
    ("internship", pgettext_lazy("career", "인턴")),
)
LANGUAGE_TESTS = choices(
    ("topik", _("한국어능력시험 (TOPIK)")),
    ("kiip", _("사회통합프로그램 (KIIP) 이수")),
    ("kiip_pretest", _("사회통합프로그램 사전평가")),
    ("eps_topik", _("고용허가제 한국어능력시험 (EPS-TOPIK)")),
    ("provincial", _("지방자치단체 한국어 시험")),
)
PENALTY_KINDS = choices(
    ("fine", pgettext_lazy("penalty", "벌금")),
    ("tax_arrears", pgettext_lazy("penalty", "세금 체납")),
    ("immigration", pgettext_lazy("penalty", "출입국관리법 위반")),
)
ACHIEVEMENT_KINDS = choices(
    ("award", pgettext_lazy("achievement", "수상")),
    ("press", pgettext_lazy("achievement", "언론 보도")),
    ("patent", pgettext_lazy("achievement", "특허")),
    ("paper", pgettext_lazy("achievement", "논문")),
    ("other", pgettext_lazy("achievement", "그 밖의 실적")),
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
        Fact(
            "institution_rank",
            T.NUMBER,
            _("교육기관의 세계 대학 순위"),
            minimum=1,
            maximum=100_000,
            help=_("인정되는 순위표의 최근 5개 판 가운데 가장 높은 순위"),
        ),
        Fact("ranking", T.CODE, _("세계 대학 순위표"), help=_("예: QS, THE")),
    ),
    many=True,
    change=LATER,
    lasting=True,
    personal=True,
)

CAREERS = Group(
    "careers",
    pgettext_lazy("facts", "경력"),
    (
        Fact("employer", T.TEXT, _("근무처")),
        Fact("title", T.TEXT, _("직위·직무")),
        Fact("kind", T.CHOICE, _("경력 구분"), choices=CAREER_KINDS),
        Fact("country", T.COUNTRY, _("근무 국가")),
        Fact("region", T.CODE, _("근무 지역")),
        Fact("population_decline", T.YES_NO, _("인구감소지역 근무")),
        Fact("from", T.DATE, _("근무 시작일")),
        Fact("to", T.DATE, _("근무 종료일"), nullable=True, help=_("재직 중이면 비워 두세요.")),
        Fact("current", T.YES_NO, _("현재 근무처")),
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
        Fact("world_class_institute", T.YES_NO, _("세계적 연구기관 경력")),
        Fact("group_company", T.YES_NO, _("고용기업의 해외 법인 경력")),
        Fact("certified_by", T.CODE, _("경력을 확인한 기관"), help=_("예: kotra")),
    ),
    many=True,
    change=LATER,
    lasting=True,
    personal=True,
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
    change=LATER,
    lasting=True,
    personal=True,
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
    change=LATER,
    lasting=True,
    personal=True,
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
    change=LATER,
    lasting=True,
    personal=True,
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
    change=LATER,
    lasting=True,
    personal=True,
)

INCOMES = Group(
    "incomes",
    pgettext_lazy("facts", "연간 소득"),
    (
        Fact("year", T.NUMBER, _("귀속 연도"), minimum=1900, maximum=2100, unit="calendar_year"),
        Fact("amount", T.MONEY, _("소득 금액"), unit="won", help=_("소득금액증명에 적힌 금액")),
    ),
    many=True,
    change=LATER,
    lasting=True,
    personal=True,
)

PENALTIES = Group(
    "penalties",
    pgettext_lazy("facts", "처벌·체납·위반 이력"),
    (
        Fact("kind", T.CHOICE, _("구분"), choices=PENALTY_KINDS),
        Fact("amount", T.MONEY, _("금액"), unit="won"),
        Fact("on", T.DATE, _("처분일")),
    ),
    many=True,
    change=NEVER,
    lasting=True,
    personal=True,
)

ACHIEVEMENTS = Group(
    "achievements",
    pgettext_lazy("facts", "실적"),
    (
        Fact("kind", T.CHOICE, _("실적 구분"), choices=ACHIEVEMENT_KINDS),
        Fact("title", T.TEXT, _("실적 제목")),
        Fact("on", T.DATE, _("실적 날짜")),
    ),
    many=True,
    change=LATER,
    lasting=True,
    personal=True,
)

RECOMMENDATIONS = Group(
    "recommendations",
    pgettext_lazy("facts", "추천"),
    (
        Fact("by", T.CODE, _("추천한 곳"), help=_("예: ministry, province, employer, kotra")),
        Fact("name", T.TEXT, _("추천기관 이름")),
        Fact("on", T.DATE, _("추천일")),
    ),
    many=True,
    personal=True,
)

HEADCOUNTS = Group(
    "headcounts",
    pgettext_lazy("facts", "날짜별 인원"),
    (
        Fact("on", T.DATE, _("기준일")),
        Fact(
            "nationals",
            T.NUMBER,
            _("내국인 피보험자 수"),
            minimum=0,
            maximum=1_000_000,
            unit="people",
            help=_("고용보험에 3개월 이상 가입하고 최저임금 이상을 받는 내국인"),
        ),
        Fact(
            "regular",
            T.NUMBER,
            _("상시근로자 수"),
            minimum=0,
            maximum=1_000_000,
            unit="people",
        ),
    ),
    many=True,
    change=LATER,
)

FOREIGNERS = Group(
    "foreigners",
    pgettext_lazy("facts", "체류자격별 외국인"),
    (
        Fact("status", T.CODE, _("체류자격"), help=_("예: E-7-1, E-9")),
        Fact(
            "people",
            T.NUMBER,
            _("인원"),
            minimum=0,
            maximum=1_000_000,
            unit="people",
            help=_("이번에 추천받을 사람은 제외"),
        ),
    ),
    many=True,
    change=LATER,
)

RECORDS = (
    DEGREES,
    CAREERS,
    LANGUAGES,
    LICENCES,
    TRAININGS,
    STATUSES,
    INCOMES,
    PENALTIES,
    ACHIEVEMENTS,
    RECOMMENDATIONS,
    HEADCOUNTS,
    FOREIGNERS,
)
