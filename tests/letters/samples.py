"""Invented people, companies and letters. Nothing here is anybody's."""

import io
import uuid
from datetime import date
from typing import Any

from django.db import transaction
from PIL import Image

from accounts.models import Office
from letters import registry, services
from letters.models import Letter

MONDAY = date(2026, 11, 23)
SUBJECT_KIND = "letters.test"

KOTRA: dict[str, Any] = {
    "template": "kotra-recommendation",
    "series": "kotra-recommendation",
    "number_pattern": "KOTRA-{year}-{number:06d}",
    "validity_months": 6,
    "title": {"ko": "고용추천서", "en": "Letter of Employment Recommendation"},
    "addressee": {"ko": "출입국·외국인관서의 장", "en": "Head of the immigration office"},
    "signatory": {
        "ko": "대한무역투자진흥공사 사장",
        "en": "President, Korea Trade-Investment Promotion Agency",
    },
    "statement": {
        "ko": "위 외국인의 고용을 추천합니다.",
        "en": "The employment of the above person is hereby recommended.",
    },
}
GYEONGGI: dict[str, Any] = {
    "template": "gyeonggi-recommendation",
    "series": "gyeonggi-recommendation",
    "number_pattern": "경기-{year}-{number:04d}",
    "validity_months": 6,
    "title": {
        "ko": "광역형 비자 지방자치단체 추천서",
        "en": "Provincial Visa Recommendation by a Local Government",
    },
    "addressee": {"ko": "법무부장관", "en": "Minister of Justice"},
    "signatory": {"ko": "경기도지사", "en": "Governor of Gyeonggi Province"},
    "statement": {
        "ko": "위 외국인을 법무부에 광역형 비자 발급대상자로 추천합니다.",
        "en": "The above foreign national is recommended to the Ministry of Justice.",
    },
}
PASS: dict[str, Any] = {
    **KOTRA,
    "template": "k-tech-pass",
    "series": "k-tech-pass",
    "number_pattern": "KTP-{year}-{number:06d}",
    "title": {"ko": "K-Tech Pass", "en": "Pass for global tech talent"},
    "statement": {
        "ko": "위 사람에게 K-Tech Pass를 발급합니다.",
        "en": "The K-Tech Pass is issued to the above person.",
    },
}
INPUTS: dict[str, Any] = {
    "candidate_name": "TRAN THI MAI LAN",
    "candidate_name_ko": "쩐 티 마이 란",
    "birth_date": "1994-03-07",
    "sex": "F",
    "nationality": "VNM",
    "nationality_ko": "베트남",
    "nationality_en": "Viet Nam",
    "passport_masked": "C12****78",
    "company_name_ko": "㈜보기소프트웨어",
    "company_name_en": "Bogi Software Co., Ltd.",
    "business_no": "001-81-00002",
    "company_address": "경기도 성남시 분당구 보기로 123, 4층",
    "company_phone": "031-000-0000",
    "occupation_code": "2223",
    "occupation_ko": "응용 소프트웨어 개발자",
    "occupation_en": "Application software developer",
    "visa_class": "E-7-1",
    "technology_field_ko": "디지털전자",
    "technology_field_en": "Digital electronics",
    "contract_from": "2027-01-01",
    "contract_to": "2028-12-31",
    "annual_pay": 41600000,
    "programme_name_ko": "고용추천서",
    "programme_name_en": "Employment recommendation",
    "programme_version": "v1",
}
# Of a programme that lists no occupations.
WITHOUT_OCCUPATION = {
    name: value
    for name, value in INPUTS.items()
    if not name.startswith("occupation") and name != "visa_class"
}
IN_COUNTRY = {
    **INPUTS,
    "in_country": True,
    "registration_masked": "940307-6******",
    "candidate_phone": "010-0000-0000",
    "residence_region": "경기도",
    "residence_address": "수원시 보기구 보기로 30, 101동 1203호",
}
NO_REGION = {name: value for name, value in IN_COUNTRY.items() if name != "residence_region"}
SHORT = {
    name: value
    for name, value in {**INPUTS, "candidate_name": "O", "company_name_ko": "가"}.items()
    if name
    not in {
        "candidate_name_ko",
        "sex",
        "passport_masked",
        "company_name_en",
        "company_phone",
        "technology_field_ko",
        "technology_field_en",
        "contract_to",
        "programme_version",
    }
}
LONG = {
    **IN_COUNTRY,
    "candidate_name": ("WOLFESCHLEGELSTEINHAUSENBERGERDORFF " * 4)[:120].strip(),
    "candidate_name_ko": ("긴이름긴이름긴이름긴이름 " * 10)[:120].strip(),
    "nationality_en": "The Sovereign and Independent Commonwealth of Everywhere and Elsewhere",
    "company_name_ko": ("주식회사아주긴이름의보기기업 " * 14)[:200].strip(),
    "company_name_en": ("Exceedingly-Long-Company-Name-Without-Any-Space" * 5)[:200],
    "company_address": (
        "경기도 아주긴이름시 아주긴이름구 아주긴도로명주소로 12345번길 678-90, " * 8
    )[:300].strip(),
    "residence_address": ("아주긴도로명주소로 12345번길 678-90, 101동 1203호 " * 9)[:300].strip(),
    "occupation_ko": ("응용 소프트웨어 및 그 밖의 온갖 소프트웨어 개발자 " * 5)[:120].strip(),
    "occupation_en": ("Developer of application software and everything else " * 3)[:120].strip(),
    "technology_field_en": ("Environmental and everything energy " * 3)[:80].strip(),
}


def reserve(
    office: Office,
    letter_def: dict[str, Any] = KOTRA,
    inputs: dict[str, Any] = INPUTS,
    *,
    subject: uuid.UUID | None = None,
    subject_kind: str = SUBJECT_KIND,
    kind: str = "recommendation",
    on: date = MONDAY,
    **more: Any,
) -> Letter:
    """Reserve a letter as a sign-off would, in one transaction."""
    with transaction.atomic():
        return services.reserve(
            kind=kind,
            subject=subject or uuid.uuid4(),
            subject_kind=subject_kind,
            office=office,
            programme_slug=letter_def["series"],
            letter_def=letter_def,
            inputs=inputs,
            on=on,
            actor=None,
            **more,
        )


def release_at_once(letter: Letter) -> bool:
    """A subject that is always still approved."""
    with transaction.atomic():
        services.make_visible(letter=letter)
    return True


registry.register_release(SUBJECT_KIND, release_at_once)


def drawn_logo(size=(300, 120), kind="PNG", colour=(0, 70, 160, 200)) -> bytes:
    """A picture of one colour, half transparent where its kind can be."""
    out = io.BytesIO()
    picture = Image.new("RGBA", size, colour)
    (picture if kind == "PNG" else picture.convert("RGB")).save(out, kind)
    return out.getvalue()
