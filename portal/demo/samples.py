"""Invented candidates and papers, so that a demonstration has something to show.

Names and numbers belong to nobody; papers say on their face that they are samples.
"""

from datetime import date, timedelta
from functools import cache
from io import BytesIO
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageDraw, ImageFont

from programs import calendar

# What a contract pays a year where the programme's sample says nothing else.
PAY = 52_000_000
CANDIDATES: tuple[dict[str, Any], ...] = (
    {
        "surname": "NGUYEN",
        "given_names": "THI SAMPLE",
        "birth_date": date(1994, 3, 17),
        "sex": "F",
        "nationality": "VNM",
        "passport_no": "Z00000001",
        "in_korea": False,
        "email": "candidate1@demo.example",
        "language": "en",
    },
    {
        "surname": "SAMPLE",
        "given_names": "ARUN KUMAR",
        "birth_date": date(1990, 11, 2),
        "sex": "M",
        "nationality": "IND",
        "passport_no": "Z00000002",
        "in_korea": False,
        "email": "candidate2@demo.example",
        "language": "en",
    },
    {
        "surname": "SPECIMEN",
        "given_names": "ALIYA",
        "birth_date": date(1997, 6, 30),
        "sex": "F",
        "nationality": "UZB",
        "passport_no": "Z00000003",
        "in_korea": True,
        "registration_no": "970630-6000000",
        "status_of_stay": "D-10",
        "region": "경기도",
        "address": "수원시 영통구 시연로 2",
        "email": "candidate3@demo.example",
        "language": "ko",
    },
)


def claims(slug: str) -> dict[str, list[dict[str, Any]]]:
    """Claims that meet the programme's rules today, with room to spare."""
    start = calendar.today() + timedelta(days=60)
    found: dict[str, list[dict[str, Any]]] = {
        "degree": [
            {
                "level": "bachelor",
                "country": "VNM",
                "field": "컴퓨터공학",
                "institution": "Sample University of Technology",
                "awarded_on": "2016-08-31",
                "related": True,
            }
        ],
        "career": [
            {
                "employer": "Sample Systems JSC",
                "title": "Software engineer",
                "country": "VNM",
                "from": "2017-03-01",
                "to": "2023-02-28",
                "share": 100,
                "related": True,
            }
        ],
        "language": [{"test": "topik", "level": 4, "taken_on": "2025-05-11"}],
        "contract": [
            {
                "occupation": "2223",
                "title": "서버 소프트웨어 개발자",
                "annual_pay": PAY,
                "monthly_pay": 4_333_000,
                "weekly_hours": 40,
                "from": start.isoformat(),
                "to": (start + timedelta(days=730)).isoformat(),
            }
        ],
        "employer": [
            {
                "size": "small",
                "insured_nationals": 23,
                "foreign_workers": 2,
                "regular_workers": 25,
                "tax_arrears": False,
                "restricted": False,
                "domestic_sales_only": False,
                "registered_on": "2015-04-01",
            }
        ],
    }
    for kind, items in _OF_A_PROGRAMME.get(slug, {}).items():
        first, *more = found.get(kind, [{}])
        found[kind] = [{**first, **items[0]}, *more, *items[1:]]
    return found


# What a programme asks besides, or otherwise: added to the first item of its kind, then after it.
_OF_A_PROGRAMME: dict[str, dict[str, list[dict[str, Any]]]] = {
    "kotra-recommendation": {"contract": [{"technology_field": "it"}]},
    "gyeonggi": {"contract": [{"region": "gyeonggi/seongnam"}]},
    "daegu": {
        "contract": [
            {
                "occupation": "2231",
                "title": "데이터 분석가",
                "technology_field": "abb",
                "region": "daegu/suseong",
            }
        ],
        "employer": [{"returned_firm": False}],
    },
    "ulsan": {
        "degree": [{"level": "associate", "field": "전기공학"}],
        "contract": [
            {
                "occupation": "76212",
                "title": "선박 전기 배선",
                "region": "ulsan/dong",
                "annual_pay": 36_000_000,
                "monthly_pay": 3_000_000,
            }
        ],
        "training": [
            {
                "code": "ulsan-training-centre",
                "name": "현지 인력양성센터 교육프로그램",
                "institution": "Sample Training Centre",
                "completed_on": "2026-03-31",
            },
            {
                "code": "ulsan-skill-test",
                "name": "울산시 현지 기량검증",
                "completed_on": "2026-04-15",
            },
        ],
        "own": [{"shipyard": "in-house-partner"}],
    },
    "k-tech-pass": {
        "degree": [
            {
                "level": "master",
                "institution": "Sample Institute of Science",
                "institution_rank": 42,
                "ranking": "QS",
            }
        ],
        "career": [
            {
                "employer": "Sample Semiconductors Inc.",
                "kind": "work",
                "to": "2026-02-28",
                "world_class": True,
                "world_class_institute": False,
            }
        ],
        "contract": [
            {
                "title": "반도체 공정 수석 엔지니어",
                "annual_pay": 180_000_000,
                "monthly_pay": 15_000_000,
            }
        ],
        "own": [{"advanced_firm": True}],
    },
}


@cache
def _page(title: str) -> bytes:
    sheet = Image.new("RGB", (1240, 1754), "white")
    pen = ImageDraw.Draw(sheet)
    fonts = settings.LETTER_FONTS_DIR
    large = ImageFont.truetype(fonts / "NotoSansKR-Bold.ttf", 64)
    small = ImageFont.truetype(fonts / "NotoSansKR-Regular.ttf", 34)
    pen.rectangle((60, 60, 1180, 1694), outline="#1d4ed8", width=4)
    pen.text((120, 160), title, font=large, fill="#111111")
    pen.text((120, 280), "견본 · SAMPLE: 시연용으로 만든 문서입니다.", font=small, fill="#b91c1c")
    for line in range(12):
        pen.line((120, 420 + line * 90, 1120, 420 + line * 90), fill="#cbd5e1", width=2)
    out = BytesIO()
    sheet.save(out, format="PDF", resolution=150)
    return out.getvalue()


def paper(title: str, *, name: str = "") -> SimpleUploadedFile:
    """A one-page scan that says what it stands for, without a text layer, as a browser would send
    it. Papers with words: `papers`."""
    return SimpleUploadedFile(name or f"{title}.pdf", _page(title), content_type="application/pdf")
