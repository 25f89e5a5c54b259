"""The papers of the demonstration's candidates: drawn from what their case declares, with words
that a machine can read. Each says on its face that it is a specimen.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from io import BytesIO
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from portal.demo import pdf
from programs import calendar
from reviews.recognition import mrz

LEFT, RIGHT, VALUES = 64, 531, 190
LEVELS = {
    "associate": "전문학사 Associate degree",
    "bachelor": "학사 Bachelor of Engineering",
    "master": "석사 Master of Engineering",
    "doctor": "박사 Doctor of Philosophy",
}
SPECIMEN = "견본 SPECIMEN · 시연용으로 만든 문서이며 효력이 없습니다."
Row = tuple[str, str]


@dataclass(frozen=True)
class About:
    """Whom and what a paper is about. `copy` counts papers issued anew."""

    person: Mapping[str, Any]
    claims: Mapping[str, list[dict[str, Any]]]
    company: Mapping[str, str]
    issued: date = field(default_factory=calendar.today)
    copy: int = 1

    @property
    def name(self) -> str:
        return f"{self.person['surname']} {self.person['given_names']}"

    @property
    def number(self) -> str:
        return f"{str(self.person['passport_no'])[-4:]}-{self.copy}"

    def first(self, kind: str) -> dict[str, Any]:
        return (self.claims.get(kind) or [{}])[0]


@dataclass(frozen=True)
class Paper:
    """Rows with their labels, sentences below them, and who signs it when."""

    english: str
    rows: Iterable[Row]
    sentences: Iterable[str] = ()
    signed: str = ""
    on: str = ""
    zone: tuple[str, str] | None = None


def draw(code: str, title: str, about: About) -> SimpleUploadedFile:
    """The paper for a document of a programme, as a browser would send it."""
    paper = PAPERS.get(code, _other)(about)
    return SimpleUploadedFile(
        f"{title}.pdf", _set(title, paper, about.number), content_type="application/pdf"
    )


def photographed(title: str, about: About) -> SimpleUploadedFile:
    """A paper as a telephone takes it: a picture, a little grey and crooked, without words."""
    return SimpleUploadedFile(
        f"{title}.jpg", _photograph(title, about.name), content_type="image/jpeg"
    )


def _set(title: str, paper: Paper, number: str) -> bytes:
    sheet = pdf.Sheet()
    sheet.box(34, 34, pdf.WIDTH - 68, pdf.HEIGHT - 68)
    sheet.text(LEFT, 96, title, size=22)
    sheet.text(LEFT, 120, paper.english, size=12)
    sheet.text(
        LEFT, 146, "견본 SPECIMEN · 시연용으로 만든 문서이며 효력이 없습니다.", colour=pdf.RED
    )
    y = 190.0
    for label, value in paper.rows:
        if not value:
            y += 10
            sheet.text(LEFT, y, label, size=11, font=pdf.BOLD)
            y += 22
            continue
        sheet.text(LEFT, y, label, size=9.5)
        sheet.text(VALUES, y, value, size=11)
        sheet.line(LEFT, y + 8, RIGHT, y + 8)
        y += 27
    y += 18
    for sentence in paper.sentences:
        sheet.text(LEFT, y, sentence, size=10.5)
        y += 21
    bottom = 690 if paper.zone else 730
    if paper.signed:
        sheet.text(LEFT, bottom - 26, paper.on, size=11)
        sheet.text(LEFT, bottom, paper.signed, size=13, font=pdf.BOLD)
        sheet.box(470, bottom - 42, 52, 52, pdf.RED)
        sheet.text(480, bottom - 18, "견본인", size=11, colour=pdf.RED)
    if paper.zone:
        for line, place in zip(paper.zone, (752, 776), strict=True):
            sheet.text(LEFT, place, line, size=15, font=pdf.FIXED)
    else:
        sheet.text(LEFT, 778, f"No. {number}", size=9)
    return sheet.pdf()


# --- one paper each -----------------------------------------------------------------------------
def _passport(about: About) -> Paper:
    person = about.person
    expires = _years(about.issued, 6)
    return Paper(
        "Passport (specimen page)",
        (
            ("국적 Nationality", person["nationality"]),
            ("성 Surname", person["surname"]),
            ("이름 Given names", person["given_names"]),
            ("생년월일 Date of birth", _written(person["birth_date"])),
            ("성별 Sex", person["sex"]),
            ("여권번호 Passport No.", person["passport_no"]),
            ("기간만료일 Date of expiry", _written(expires)),
        ),
        zone=zone(person, expires),
    )


def zone(person: Mapping[str, Any], expires: date) -> tuple[str, str]:
    """The two lines at the foot of a passport (ICAO 9303-4), with right check digits."""
    names = f"{person['surname']}<<{person['given_names']}".replace(" ", "<")
    state = person["nationality"]
    number = str(person["passport_no"]).ljust(9, "<")
    number += mrz.check_digit(number)
    born, until = (f"{day:%y%m%d}" for day in (person["birth_date"], expires))
    born, until = born + mrz.check_digit(born), until + mrz.check_digit(until)
    own = "<" * 14 + "0"
    whole = mrz.check_digit(number + born + until + own)
    return (
        f"P<{state}{names}".ljust(mrz.LENGTH, "<")[: mrz.LENGTH],
        f"{number}{state}{born}{person['sex']}{until}{own}{whole}",
    )


def _degree(about: About) -> Paper:
    degree = about.first("degree")
    school = degree.get("institution", "")
    return Paper(
        "Diploma",
        (
            ("성명 Name", about.name),
            ("생년월일 Date of birth", _written(about.person["birth_date"])),
            ("교육기관 Institution", school),
            ("학위 Degree", LEVELS.get(degree.get("level", ""), "")),
            ("전공 Field of study", degree.get("field", "")),
            ("취득일 Date of award", degree.get("awarded_on", "")),
        ),
        (
            "위 사람은 본교의 과정을 마치고 위와 같이 학위를 받았음을 증명합니다.",
            "This is to certify that the degree named above was awarded.",
        ),
        f"{school}, Registrar",
        degree.get("awarded_on", ""),
    )


def _career(about: About) -> Paper:
    rows: list[Row] = [
        ("성명 Name", about.name),
        ("생년월일 Date of birth", _written(about.person["birth_date"])),
    ]
    jobs = about.claims.get("career", [])
    for place, job in enumerate(jobs, 1):
        rows += [
            (f"{place}." if len(jobs) > 1 else " ", ""),
            ("근무처 Employer", job.get("employer", "")),
            ("직위 Position", job.get("title", "")),
            ("기간 Period", f"{job.get('from', '')} ~ {job.get('to') or '현재 to date'}"),
        ]
    last = jobs[-1] if jobs else {}
    return Paper(
        "Certificate of employment",
        rows,
        ("위와 같이 근무하였음을 증명합니다.", "Full time, as stated above."),
        f"{last.get('employer', '')}, Human Resources",
        f"발급일 Date of issue: {_written(about.issued)}",
    )


def _contract(about: About) -> Paper:
    contract, company = about.first("contract"), about.company
    return Paper(
        "Employment contract",
        (
            ("사용자 Employer", company["name"]),
            ("사업자등록번호", company["number"]),
            ("근로자 Employee", about.name),
            ("직무 Duties", contract.get("title", "")),
            ("계약기간 Period", f"{contract.get('from', '')} ~ {contract.get('to', '')}"),
            ("연봉 Annual pay", f"{contract.get('annual_pay', 0):,}원"),
            ("월급 Monthly pay", f"{contract.get('monthly_pay', 0):,}원"),
            ("근로시간 Hours", f"주 {contract.get('weekly_hours', 40)}시간"),
            ("근무지 Place", company["address"]),
        ),
        ("사용자와 근로자는 위 조건으로 근로계약을 맺고 각자 한 부씩 보관합니다.",),
        f"{company['name']} · {about.name}",
        f"작성일 {_written(about.issued)}",
    )


def _registration(about: About) -> Paper:
    company = about.company
    return Paper(
        "Business registration",
        (
            ("등록번호", company["number"]),
            ("법인명", company["name"]),
            ("영문 상호", company["english"]),
            ("대표자", company["representative"]),
            ("개업연월일", about.first("employer").get("registered_on", "2015-04-01")),
            ("사업장 소재지", company["address"]),
            ("업태 · 종목", "정보통신업 · 소프트웨어 개발 (시연)"),
        ),
        (),
        "시연세무서장",
        f"발급일 {_written(about.issued)}",
    )


def _plan(about: About) -> Paper:
    contract, company = about.first("contract"), about.company
    return Paper(
        "Plan for employing a foreign professional",
        (
            ("회사", company["name"]),
            ("채용 대상", about.name),
            ("맡길 일", contract.get("title", "")),
            ("근무 부서", "플랫폼개발팀 (시연)"),
            ("채용 예정일", contract.get("from", "")),
        ),
        (
            "1. 필요한 까닭: 국내 채용 공고를 두 번 냈으나 맞는 지원자를 찾지 못했습니다.",
            "2. 맡길 일: 기존 제품의 다음 판을 설계하고 개발하는 일을 이끕니다.",
            "3. 기대하는 점: 국내 개발자 네 명과 한 조로 일하며 기술을 나눕니다.",
        ),
        f"{company['name']} 대표 {company['representative']}",
        _written(about.issued),
    )


def _language(about: About) -> Paper:
    test = about.first("language")
    return Paper(
        "Certificate of Korean language",
        (
            ("성명 Name", about.name),
            ("시험 Test", str(test.get("test", "")).upper()),
            ("등급 Level", f"{test.get('level', '')}급"),
            ("응시일 Date of test", test.get("taken_on", "")),
        ),
        ("위와 같이 합격하였음을 증명합니다.",),
        "시연 한국어시험 주관기관",
        test.get("taken_on", ""),
    )


def _training(about: About) -> Paper:
    course = about.first("training")
    return Paper(
        "Certificate of completion",
        (
            ("성명 Name", about.name),
            ("과정 Course", course.get("name", "")),
            ("교육기관 Institution", course.get("institution", "")),
            ("이수일 Completed on", course.get("completed_on", "")),
        ),
        ("위 과정을 이수하였음을 증명합니다.",),
        course.get("institution", ""),
        course.get("completed_on", ""),
    )


def _insured(about: About) -> Paper:
    company = about.company
    return Paper(
        "List of the insured",
        (
            ("사업장", company["name"]),
            ("사업자등록번호", company["number"]),
            ("피보험자 수", f"{about.first('employer').get('insured_nationals', '')}명"),
        ),
        ("1. 김시연  2. 이시연  3. 박시연  4. 최시연  외 (시연용 명부)",),
        "시연고용센터",
        f"발급일 {_written(about.issued)}",
    )


def _taxes(about: About) -> Paper:
    company = about.company
    return Paper(
        "Certificate of tax payment",
        (
            ("납세자", company["name"]),
            ("사업자등록번호", company["number"]),
            ("대표자", company["representative"]),
            ("소재지", company["address"]),
            ("체납액", "0원"),
        ),
        ("발급일 현재 체납액이 없음을 증명합니다.",),
        "시연세무서장",
        f"발급일 {_written(about.issued)}",
    )


def _other(about: About) -> Paper:
    return Paper(
        "",
        (
            ("회사", about.company["name"]),
            ("대상", about.name),
            ("생년월일", _written(about.person["birth_date"])),
        ),
        ("위 사실을 확인합니다.",),
        "시연 발급기관",
        f"발급일 {_written(about.issued)}",
    )


PAPERS: dict[str, Callable[[About], Paper]] = {
    "passport_copy": _passport,
    "degree_cert": _degree,
    "career_cert": _career,
    "contract": _contract,
    "biz_reg": _registration,
    "necessity": _plan,
    "language_cert": _language,
    "training_cert": _training,
    "insurance_list": _insured,
    "tax_national": _taxes,
    "tax_local": _taxes,
}


def _written(day: date) -> str:
    return day.isoformat()


def _years(day: date, years: int) -> date:
    return (day.replace(day=1) + timedelta(days=365 * years)).replace(day=1)


@cache
def _photograph(title: str, name: str) -> bytes:
    sheet = Image.new("L", (900, 1270), 226)
    pen = ImageDraw.Draw(sheet)
    fonts = settings.LETTER_FONTS_DIR
    large = ImageFont.truetype(fonts / "NotoSansKR-Bold.ttf", 46)
    small = ImageFont.truetype(fonts / "NotoSansKR-Regular.ttf", 26)
    pen.rectangle((60, 70, 840, 1200), outline=90, width=3)
    pen.text((110, 130), title, font=large, fill=60)
    pen.text((110, 220), "견본 SPECIMEN", font=small, fill=70)
    pen.text((110, 300), f"성명  {name}", font=small, fill=80)
    for line in range(9):
        pen.line((110, 400 + line * 70, 760 - line % 3 * 60, 400 + line * 70), fill=150, width=9)
    crooked = sheet.rotate(2.2, fillcolor=205, resample=Image.Resampling.BILINEAR)
    out = BytesIO()
    crooked.filter(ImageFilter.GaussianBlur(1.6)).save(out, "JPEG", quality=60)
    return out.getvalue()
