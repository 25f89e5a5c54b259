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
    contract: dict[str, Any] = {
        "occupation": "2223",
        "title": "서버 소프트웨어 개발자",
        "annual_pay": 52_000_000,
        "monthly_pay": 4_333_000,
        "weekly_hours": 40,
        "from": start.isoformat(),
        "to": (start + timedelta(days=730)).isoformat(),
    }
    if slug == "gyeonggi":
        contract["region"] = "gyeonggi/seongnam"
    else:
        contract["technology_field"] = "it"
    return {
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
        "contract": [contract],
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
    """A one-page PDF that says what it stands for, as a browser would send it."""
    return SimpleUploadedFile(name or f"{title}.pdf", _page(title), content_type="application/pdf")
