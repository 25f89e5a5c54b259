"""The catalogue of variables: everything a letter can say, and where each comes from.

A design prints these names and no others. `case` variables come from the room that asks for
the letter (`letters.services.reserve(inputs=…)`); `office`, `letter` and `derived` ones are filled
in here and win over anything given. Values are kept canonical (what the attached JSON holds) and
turned into words only when printed:

    text   str, NFC, one line; empty means "no value"
    date   ISO "2026-11-21" (or a `date`)       ko 2026. 11. 21.    en 21 November 2026
    won    int                                  ko 41,600,000원     en KRW 41,600,000
    flag   bool; not printed, only opens a block
    sex    "M", "F" or "X"                      ko 남               en Male
    lines  str, NFC, its line breaks kept       for a design's `white-space: pre-line`

An absent or empty optional variable closes its block; a printed one without a value is a problem
that `letters.services.problems` names before sign-off.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from letters.errors import BadValue, UnknownVariable

Kind = Literal["text", "date", "won", "flag", "sex", "lines"]
Source = Literal["case", "office", "letter", "derived"]
Value = str | int | bool
Values = dict[str, Value]


@dataclass(frozen=True)
class Variable:
    """One thing a letter can say. `limit` is the longest text that still fits a page."""

    name: str
    kind: Kind
    source: Source
    required: bool
    ko: str
    en: str
    limit: int = 120


def _catalogue(*rows: Variable) -> dict[str, Variable]:
    return {row.name: row for row in rows}


V = Variable
CATALOGUE: dict[str, Variable] = _catalogue(
    # The candidate, as in the passport. Never a full passport or registration number.
    V("candidate_name", "text", "case", True, "성명(여권 영문)", "name as in the passport"),
    V("candidate_name_ko", "text", "case", False, "성명(국문)", "name in Korean, if used"),
    V("birth_date", "date", "case", True, "생년월일", "date of birth"),
    V("sex", "sex", "case", False, "성별", "sex"),
    V("nationality", "text", "case", True, "국적 부호", "nationality, ISO 3166 alpha-3", 3),
    V("nationality_ko", "text", "case", True, "국적(국문)", "nationality in Korean"),
    V("nationality_en", "text", "case", True, "국적(영문)", "nationality in English"),
    V("passport_masked", "text", "case", False, "여권번호(가림)", "passport number, masked", 20),
    V(
        "registration_masked",
        "text",
        "case",
        False,
        "외국인등록번호(가림)",
        "alien registration number, masked",
        20,
    ),
    V("candidate_phone", "text", "case", False, "연락처(대상자)", "candidate's telephone", 40),
    V(
        "in_country",
        "flag",
        "case",
        False,
        "국내 체류 중(체류자격 변경)",
        "in Korea: asks for a change of status",
    ),
    V("residence_region", "text", "case", False, "거주 광역지역", "province of residence", 60),
    V("residence_address", "text", "case", False, "거주 상세주소", "address of residence", 300),
    # The employer.
    V("company_name_ko", "text", "case", True, "회사명(국문)", "company name in Korean", 200),
    V("company_name_en", "text", "case", False, "회사명(영문)", "company name in English", 200),
    V("business_no", "text", "case", True, "사업자등록번호", "business number, 000-00-00000", 14),
    V("representative", "text", "case", False, "대표자", "the company's representative", 120),
    V("company_address", "text", "case", True, "회사 소재지", "company address", 300),
    V("company_phone", "text", "case", False, "회사 연락처", "company telephone", 40),
    # The job. Not every programme lists occupations; a design that prints one needs it.
    V("occupation_code", "text", "case", False, "직종 코드", "occupation code", 10),
    V("occupation_ko", "text", "case", False, "직종명(국문)", "occupation in Korean"),
    V("occupation_en", "text", "case", False, "직종명(영문)", "occupation in English"),
    V("visa_class", "text", "case", False, "체류자격", "visa class, as E-7-1", 10),
    V("technology_field_ko", "text", "case", False, "기술 분야(국문)", "technology in Korean"),
    V("technology_field_en", "text", "case", False, "기술 분야(영문)", "technology in English"),
    V("contract_from", "date", "case", False, "고용 시작일", "first day of the contract"),
    V("contract_to", "date", "case", False, "고용 종료일", "last day of the contract, if any"),
    V("annual_pay", "won", "case", False, "연간 보수", "pay for a year, in won"),
    # A decision that is no recommendation: its reasons, and what can be done about it.
    V("grounds_ko", "lines", "case", False, "결정의 근거(국문)", "grounds in Korean", 6000),
    V("grounds_en", "lines", "case", False, "결정의 근거(영문)", "grounds in English", 9000),
    V("reason", "lines", "case", False, "결정 사유", "reasons in the office's own words", 4000),
    V("is_refusal", "flag", "case", False, "불허 통지", "a refusal, not a return"),
    V(
        "objection_until",
        "date",
        "case",
        False,
        "이의신청 기한(발급일에 받은 경우)",
        "last day for an objection, if received on the date of the letter",
    ),
    # The programme.
    V("programme_name_ko", "text", "case", True, "프로그램명(국문)", "programme in Korean", 200),
    V("programme_name_en", "text", "case", True, "프로그램명(영문)", "programme in English", 200),
    V("programme_version", "text", "case", False, "프로그램 판", "version of the programme", 40),
    V("receipt_no", "text", "case", False, "접수번호", "receipt number of the application", 60),
    # The issuing body: from the office and the programme's letter definition.
    V("office_name_ko", "text", "office", True, "추천기관(국문)", "issuing body in Korean", 200),
    V("office_name_en", "text", "office", True, "추천기관(영문)", "issuing body in English", 200),
    V("office_department_ko", "text", "office", False, "담당 부서(국문)", "department in Korean"),
    V("office_department_en", "text", "office", False, "담당 부서(영문)", "department in English"),
    V("office_phone", "text", "office", False, "추천기관 연락처", "issuing body's telephone", 60),
    V("addressee_ko", "text", "office", True, "수신(국문)", "addressee in Korean"),
    V("addressee_en", "text", "office", True, "수신(영문)", "addressee in English"),
    V(
        "issuer_title_ko",
        "text",
        "office",
        True,
        "추천권자 직위(국문)",
        "issuer's title in Korean",
        200,
    ),
    V(
        "issuer_title_en",
        "text",
        "office",
        True,
        "추천권자 직위(영문)",
        "issuer's title in English",
        200,
    ),
    V(
        "letter_title_ko",
        "text",
        "office",
        True,
        "문서 제목(국문)",
        "title of the letter in Korean",
    ),
    V(
        "letter_title_en",
        "text",
        "office",
        True,
        "문서 제목(영문)",
        "title of the letter in English",
    ),
    V("statement_ko", "text", "office", False, "추천 문구(국문)", "recommending text, Korean", 600),
    V(
        "statement_en",
        "text",
        "office",
        False,
        "추천 문구(영문)",
        "recommending text, English",
        900,
    ),
    # The letter itself.
    V("number", "text", "letter", True, "발급번호", "number of the letter", 60),
    V("issue_date", "date", "letter", True, "발급일", "date of sign-off"),
    V(
        "replaces_number",
        "text",
        "letter",
        False,
        "대체하는 발급번호(정정 재발급)",
        "number of the letter that this one corrects and replaces",
        60,
    ),
    V("valid_until", "date", "letter", False, "유효기간", "last day on which it is valid"),
    V(
        "verification_url",
        "text",
        "letter",
        True,
        "진위확인 주소(QR)",
        "address in the QR code",
        300,
    ),
    V(
        "verification_page",
        "text",
        "letter",
        True,
        "진위확인 누리집",
        "page for typing the number",
        300,
    ),
    # Follow from others.
    V("is_e7", "flag", "derived", False, "특정활동(E-7) 대상", "visa class is E-7"),
    V("is_d2", "flag", "derived", False, "유학(D-2) 대상", "visa class is D-2"),
)
CASE_VARIABLES = frozenset(v.name for v in CATALOGUE.values() if v.source == "case")

_SEXES = {"M": ("남", "Male"), "F": ("여", "Female"), "X": ("기타", "Unspecified")}
_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
_GAPS = re.compile(r"\s+")
_BLANKS = re.compile(r"[^\S\n]+")


def clean(given: Mapping[str, object]) -> Values:
    """Return the given values in canonical form, without the empty ones.

    Raises UnknownVariable for a name that is not in the catalogue and BadValue for a wrong type:
    both are mistakes of a programmer, not of an applicant.
    """
    values: Values = {}
    for name, value in given.items():
        if name not in CATALOGUE:
            raise UnknownVariable(f"{name} is not in the catalogue of letter variables")
        kept = _canonical(CATALOGUE[name], value)
        if kept is not None:
            values[name] = kept
    return values


def _canonical(variable: Variable, value: object) -> Value | None:
    if value is None or value == "":
        return None
    match variable.kind:
        case "flag" if isinstance(value, bool):
            return value
        case "won" if isinstance(value, int) and not isinstance(value, bool):
            return value
        case "date" if isinstance(value, date):
            return f"{value:%Y-%m-%d}"
        case "date" if isinstance(value, str):
            try:
                return date.fromisoformat(value).isoformat()
            except ValueError:
                pass
        case "sex" if value in _SEXES:
            return str(value)
        case "lines" if isinstance(value, str):
            lines = unicodedata.normalize("NFC", value).splitlines()
            return "\n".join(_BLANKS.sub(" ", line).strip() for line in lines).strip() or None
        case "text" if isinstance(value, str):
            return _GAPS.sub(" ", unicodedata.normalize("NFC", value)).strip() or None
    raise BadValue(f"{variable.name}: {value!r} is not a {variable.kind}")


def has_value(values: Mapping[str, Value], name: str) -> bool:
    """A flag has a value when it is set; anything else when it is there at all."""
    return bool(values.get(name)) or (
        CATALOGUE[name].kind == "won" and values.get(name) is not None
    )


def printed(values: Mapping[str, Value], name: str, language: str = "ko") -> str:
    """Return the words for a value: Korean official notation ("ko"), English, or canonical
    ("iso"); "" if there is none."""
    value = values.get(name)
    kind = CATALOGUE[name].kind
    if value is None or kind == "flag":
        return ""
    if language == "iso":
        return str(value)
    english = language == "en"
    match kind:
        case "won":
            return f"KRW {value:,}" if english else f"{value:,}원"
        case "sex":
            return _SEXES[str(value)][english]
        case "date":
            day = date.fromisoformat(str(value))
            if english:
                return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"
            return f"{day.year}. {day.month}. {day.day}."
    return str(value)
