"""Invented names, put together from parts. No list of real people or companies was used.

Companies say (가상) in their name; people have an address that says the same.
"""

from functools import cache
from itertools import product

from accounts.business_number import WEIGHTS

MARK = "(가상)"
ADDRESS = "가상의 주소 (시험 자료, synthetic)"
DOMAIN = "seed.example"

FIRST = [
    "한빛",
    "새솔",
    "다온",
    "누리",
    "가람",
    "미르",
    "아라",
    "해든",
    "도담",
    "라온",
    "나래",
    "온새",
    "보람",
    "슬기",
    "마루",
    "하늬",
    "가온",
    "여울",
    "달빛",
    "은솔",
]
SECOND = [
    "샘터",
    "들녘",
    "고을",
    "물결",
    "바람",
    "언덕",
    "나루",
    "둔덕",
    "숲길",
    "돌담",
    "구름",
    "노을",
    "이슬",
    "하늘",
    "별빛",
    "산들",
    "모래",
    "바위",
    "새벽",
    "여명",
]
TRADE = [
    "전자",
    "정밀",
    "기계",
    "화학",
    "소재",
    "식품",
    "물류",
    "건설",
    "섬유",
    "통신",
    "의료",
    "바이오",
    "모터스",
    "에너지",
    "시스템",
    "솔루션",
    "테크",
    "금속",
    "조선",
    "반도체",
]
TRADE_EN = [
    "Electronics",
    "Precision",
    "Machinery",
    "Chemicals",
    "Materials",
    "Foods",
    "Logistics",
    "Construction",
    "Textiles",
    "Telecom",
    "Medical",
    "Bio",
    "Motors",
    "Energy",
    "Systems",
    "Solutions",
    "Tech",
    "Metals",
    "Marine",
    "Semiconductor",
]
ROMAN = [
    "Hanbit",
    "Saesol",
    "Daon",
    "Nuri",
    "Garam",
    "Mireu",
    "Ara",
    "Haedeun",
    "Dodam",
    "Raon",
    "Narae",
    "Onsae",
    "Boram",
    "Seulgi",
    "Maru",
    "Hanui",
    "Gaon",
    "Yeoul",
    "Dalbit",
    "Eunsol",
]
SURNAMES = tuple(
    a + b
    for a, b in product(
        [
            "VANTI",
            "KORU",
            "MELI",
            "SANO",
            "DARVE",
            "LOMI",
            "PERA",
            "TUKA",
            "ZANDI",
            "RIVO",
            "HALE",
            "BOSTA",
        ],
        ["NAR", "LEK", "MOS", "VIN", "DAS", "ROV", "TAM", "KIR", "SEN", "BAL"],
    )
)
GIVEN = tuple(
    f"{a}{b}"
    for a, b in product(
        [
            "ALO",
            "BRI",
            "CEN",
            "DAMI",
            "ELVA",
            "FERO",
            "GITA",
            "HORI",
            "IVAN",
            "JUNO",
            "KELA",
            "LUMI",
            "MIRO",
            "NELA",
            "OSKA",
            "PAVO",
        ],
        ["NI", "RA", "TO", "LIA", "MUR", "DEK", "SHA", "VO"],
    )
)
FAMILY_KO = "김이박최정강조윤장임한오서신권황안송류홍"
SYLLABLES = "민서지우하준도윤예은시현수아진호영재성훈미경태연동규나라채원주혁"


def business_number(number: int) -> str:
    """The ten digits of the number-th synthetic company, with a right check digit."""
    nine = f"{number // 10_000 % 100 + 900:03d}86{number % 10_000:04d}"
    digits = [int(one) for one in nine]
    total = sum(d * w for d, w in zip(digits, WEIGHTS, strict=True)) + digits[8] * 5 // 10
    return f"{nine}{(10 - total % 10) % 10}"


@cache
def company(number: int) -> tuple[str, str]:
    """The Korean and the English name of the number-th company."""
    a, b, c = number % 20, number // 20 % 20, number // 400 % 20
    more = f" {number // 8000 + 1}" if number >= 8000 else ""
    korean = f"{FIRST[a]}{SECOND[b]}{TRADE[c]}{more} {MARK}"
    return korean, f"{ROMAN[a]} {TRADE_EN[c]}{more} (fictitious)"


def person(number: int) -> tuple[str, str, str]:
    """Surname, given names, and for one in three a Korean name, of the number-th person."""
    surname = SURNAMES[number * 7 % len(SURNAMES)]
    given = GIVEN[number * 11 // 3 % len(GIVEN)]
    if number % 3:
        return surname, given, ""
    mixed = number * 2654435761 % 2**32
    a, b = SYLLABLES[mixed % 32 % len(SYLLABLES)], SYLLABLES[mixed // 37 % len(SYLLABLES)]
    return surname, given, FAMILY_KO[mixed // 1369 % len(FAMILY_KO)] + a + b
