"""For every route of every shipped programme someone who just meets it, and the smallest step by
which another misses it. Facts only; `tests/programs/test_people.py` judges them.
"""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from tests.programs.dossiers import CARE_WORKER, GYEONGGI, KOTRA, ON, career, changed, degree

YEAR = 365
TOPIK_4 = {"test": "topik", "level": 4}
FLOOR_7_1, FLOOR_7_2, FLOOR_7_3 = 31_120_000, 25_890_000, 25_890_000


@dataclass(frozen=True)
class Pair:
    """`facts` just meet `route` and with it the programme; with `less` changed they miss both.

    `labels` are the versions this holds for. `figures` are values that nobody has announced yet,
    invented to show that the rule will work once they are.
    """

    programme: str
    route: str
    facts: dict[str, Any]
    less: dict[str, Any]
    labels: tuple[str, ...] = ("v1",)
    on: date = ON
    figures: dict[str, int] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.programme}:{self.route}"


def worked(days, **also):
    return {**career("2010-01-01", days=days), **also}


# --- KOTRA ------------------------------------------------------------------------------------
WEB_FIRM = {
    "registered_on": "2020-01-01",
    "domestic_sales_only": False,
    "insured_nationals": 13,
    "foreign_workers": 2,  # 20 % of 13 is 2.6, so 3
}


def kotra(route, less, **facts):
    return Pair("kotra-recommendation", route, changed(KOTRA, **facts), less)


KOTRA_PAIRS = (
    kotra("route-1", {"degrees": [degree("bachelor")]}, degrees=[degree("master")]),
    kotra("route-2", {"degrees": [degree(country="JPN")]}, degrees=[degree(country="KOR")]),
    kotra(
        "route-3",
        {"careers": [career("2021-01-01", days=YEAR - 1)]},
        degrees=[degree()],
        careers=[career("2021-01-01", days=YEAR)],
    ),
    kotra("route-4", {"careers": [worked(5 * YEAR - 1)]}, careers=[worked(5 * YEAR)]),
    kotra(
        "returned-firm",
        {"employer": {"returned_firm": False}},
        degrees=[degree("master")],
        job={"occupation": "2352"},
        employer={"returned_firm": True},
    ),
    kotra(
        "nationals",
        {"employer": {"insured_nationals": 12}},  # 2.4, so 2
        degrees=[degree("master")],
        job={"occupation": "2224"},
        employer=WEB_FIRM,
    ),
)


# --- Gyeonggi ---------------------------------------------------------------------------------
def gyeonggi(route, less, of=GYEONGGI, **facts):
    return Pair("gyeonggi", route, changed(of, **facts), less, labels=("v1", "v2"))


UNRELATED = degree(related=False)
A_YEAR = [career("2021-01-01", days=YEAR)]
A_DAY_LESS = {"careers": [career("2021-01-01", days=YEAR - 1)]}
ROBOTS = {"occupation": "2352"}
GYEONGGI_PAIRS = (
    gyeonggi("master", {"degrees": [degree("bachelor")]}, degrees=[degree("master")]),
    gyeonggi("bachelor", A_DAY_LESS, degrees=[degree()], careers=A_YEAR),
    gyeonggi("career", {"careers": [worked(5 * YEAR - 1)]}, careers=[worked(5 * YEAR)]),
    gyeonggi(
        "korean-college",
        {"degrees": [degree("associate", "JPN")]},
        degrees=[degree("associate", "KOR")],
    ),
    gyeonggi(
        "professional-route/korean-language",
        {"languages": [{"test": "topik", "level": 3}]},
        degrees=[UNRELATED],
        careers=A_YEAR,
        languages=[TOPIK_4],
    ),
    gyeonggi(
        "robotics-master", {"degrees": [degree("bachelor")]}, job=ROBOTS, degrees=[degree("master")]
    ),
    gyeonggi(
        "robotics-korean-bachelor",
        {"degrees": [degree("associate", "KOR")]},
        job=ROBOTS,
        degrees=[degree(country="KOR")],
    ),
    gyeonggi(
        "robotics-foreign-bachelor", A_DAY_LESS, job=ROBOTS, degrees=[degree()], careers=A_YEAR
    ),
    gyeonggi(
        "robotics-route/korean-language",
        A_DAY_LESS,
        job=ROBOTS,
        degrees=[UNRELATED],
        careers=A_YEAR,
        languages=[TOPIK_4],
    ),
    gyeonggi("care-worker", {"languages": [{"test": "topik", "level": 2}]}, of=CARE_WORKER),
    gyeonggi("pay-year-e-7-1", {"job": {"annual_pay": FLOOR_7_1 - 1}}, degrees=[degree("master")]),
    gyeonggi(
        "pay-year-e-7-2",
        {"job": {"annual_pay": FLOOR_7_2 - 1}},
        of=CARE_WORKER,
        job={"annual_pay": FLOOR_7_2},
    ),
    gyeonggi("nationals", {"employer": {"registered_on": "2026-08-24"}}, of=CARE_WORKER),
    gyeonggi(
        "nationals-ratio",
        {"employer": {"foreign_workers": 3}},
        degrees=[degree("master")],
        job={"occupation": "2224"},
        employer=WEB_FIRM,
    ),
)


# --- Daegu ------------------------------------------------------------------------------------
DAEGU = {
    **KOTRA,
    "job": {**KOTRA["job"], "technology_field": "robotics", "region": "daegu/buk"},
    "licences": [],
    "achievements": [],
    "statuses": [],
    "employer": {
        "tax_arrears": False,
        "restricted": False,
        "returned_firm": False,
        "registered_on": "2026-08-23",
        "insured_nationals": 5,
        "foreign_workers": 1,  # 30 % of 5 is 1.5, so 2
        "regular_workers": 5,
    },
    "own": {"mechanical_engineers": 2},
}
ASSOCIATE = degree("associate")
# Nothing but the concession carries this person: the work abroad is not called related.
ABROAD = worked(YEAR, related=False, group_company=True, certified_by="kotra")
RETURNED = {
    "employer": {"returned_firm": True},
    "degrees": [degree("associate", related=False)],
    "careers": [ABROAD],
    "licences": [{"name": "전자기기기능사"}],
    "achievements": [{"kind": "award", "title": "기술상"}],
}


def daegu(occupation, route, less, **facts):
    job = {"occupation": occupation, **facts.pop("job", {})}
    return Pair("daegu", route, changed(DAEGU, job=job, **facts), less)


def three_years(occupation, route):
    return daegu(occupation, route, {"careers": [worked(3 * YEAR - 1)]}, careers=[worked(3 * YEAR)])


def associate_and_a_year(occupation, route):
    return daegu(occupation, route, A_DAY_LESS, degrees=[ASSOCIATE], careers=A_YEAR)


def by_degree(occupation, route, level, lower):
    return daegu(occupation, route, {"degrees": [degree(lower)]}, degrees=[degree(level)])


def returned_firm(occupation, route, less):
    return daegu(occupation, route, less, **RETURNED)


DAEGU_PAIRS = (
    by_degree("2111", "life-science-master", "master", "bachelor"),
    associate_and_a_year("2111", "life-science-associate"),
    three_years("2111", "life-science-career"),
    returned_firm("2111", "life-science-returned-firm", {"achievements": [{"kind": "paper"}]}),
    by_degree("2231", "data-master", "master", "bachelor"),
    associate_and_a_year("2231", "data-associate"),
    three_years("2231", "data-career"),
    by_degree("2342", "electronics-bachelor", "bachelor", "associate"),
    associate_and_a_year("2342", "electronics-associate"),
    three_years("2342", "electronics-career"),
    returned_firm(
        "2342",
        "electronics-returned-firm",
        {"careers": [{**ABROAD, **career("2010-01-01", days=YEAR - 1, related=False)}]},
    ),
    by_degree("2351", "mechanical-bachelor", "bachelor", "associate"),
    associate_and_a_year("2351", "mechanical-associate"),
    three_years("2351", "mechanical-career"),
    daegu(
        "2351",
        "mechanical-career-former-e-9",
        {"degrees": []},
        careers=[worked(3 * YEAR)],
        degrees=[degree("associate", related=False)],
        statuses=[{"code": "E-9-1", "from": "2015-01-01", "to": "2019-10-31"}],
    ),
    daegu(
        "2351",
        "mechanical-firm",
        {"employer": {"regular_workers": 4}},
        degrees=[degree()],
    ),
    daegu("2352", "robotics-bachelor", A_DAY_LESS, degrees=[degree()], careers=A_YEAR),
    returned_firm("2352", "robotics-returned-firm", {"employer": {"returned_firm": False}}),
)


# --- Ulsan ------------------------------------------------------------------------------------
COURSE = {"code": "ulsan-training-centre"}
CITY_TEST, STATE_TEST = {"code": "ulsan-skill-test"}, {"code": "ministry-skill-test"}
ULSAN = {
    **KOTRA,
    "job": {
        "occupation": "7430",
        "region": "ulsan/dong",
        "annual_pay": 26_835_600,
        "monthly_pay": 2_236_300,
        "weekly_hours": 40,
        "from": "2026-12-01",
        "to": "2027-11-30",
    },
    "own": {"shipyard": "in-house-partner"},
    "employer": {
        "tax_arrears": False,
        "restricted": False,
        "insured_nationals": 5,
        "foreign_workers": 1,
        "domestic_sales_only": True,
        "registered_on": "2026-08-23",
    },
    "languages": [{"test": "topik", "level": 1}],
    "licences": [{"code": "ship-welder-intermediate"}],
    "trainings": [COURSE, STATE_TEST],
}
ELECTRICIAN = changed(
    ULSAN,
    job={"occupation": "76212"},
    licences=[],
    degrees=[ASSOCIATE],
    trainings=[COURSE, CITY_TEST],
)
ULSAN_PAIRS = (
    Pair("ulsan", "welder", ULSAN, {"licences": [{"code": "ship-welder-basic"}]}),
    Pair("ulsan", "electrician", ELECTRICIAN, {"trainings": [COURSE, STATE_TEST]}),
    Pair(
        "ulsan",
        "painter",
        changed(ELECTRICIAN, job={"occupation": "78369"}),
        {"languages": [{"test": "topik", "level": 0}]},
    ),
)


# --- K-Tech Pass --------------------------------------------------------------------------------
TOP = {**degree("master"), "institution_rank": 100}
EIGHT_YEARS = [worked(3 * YEAR, world_class=True), career("2014-01-01", days=5 * YEAR)]
EIGHT_LESS_A_DAY = [worked(3 * YEAR, world_class=True), career("2014-01-01", days=5 * YEAR - 1)]
K_TECH = {
    "candidate": {"birth_date": "1988-03-02", "nationality": "IND"},
    "job": {"annual_pay": 157_248_000},  # three times 52,416,000
    "employer": {"size": "large"},
    "degrees": [TOP],
    "careers": EIGHT_YEARS,
    "languages": [{"test": "kiip", "level": 1}],
    "own": {"advanced_firm": True, "korean_pledge": False},
}
DOCTOR = {**degree("doctor", awarded_on="2014-12-31"), "institution_rank": 100}


def research(days, *, institute):
    """From the day after the PhD, in two posts, the first at an institute of world class."""
    fields = {"kind": "research", "world_class": False}
    return [
        {**career("2015-01-01", days=institute), **fields, "world_class_institute": True},
        {**career("2018-01-01", days=days - institute), **fields, "world_class_institute": False},
    ]


RESEARCHER = changed(K_TECH, degrees=[DOCTOR], careers=research(5 * YEAR, institute=3 * YEAR))
BY_POINTS = {
    "job": {"annual_pay": 60_000_000},
    "employer": {"size": "small"},
    "degrees": [degree()],
    "careers": [],
    "own": {"advanced_firm": True, "quantitative_points": 50, "qualitative_points": 20},
}


def without_language(facts):
    """The second version asks for no Korean, nor for a pledge of it, but knows points."""
    own = {"advanced_firm": True, "quantitative_points": 0, "qualitative_points": 0}
    return {**facts, "languages": [], "own": own}


MARK = {"k-tech-pass-mark": 80}
K_TECH_PAIRS = (
    Pair(
        "k-tech-pass",
        "k-tech-pass",
        {"degrees": [TOP], "careers": [worked(8 * YEAR + 1)]},
        {"careers": [worked(8 * YEAR)]},  # "more than eight years", as announced
        labels=("announced",),
    ),
    Pair("k-tech-pass", "career-company", K_TECH, {"careers": EIGHT_LESS_A_DAY}),
    Pair(
        "k-tech-pass",
        "career-research",
        RESEARCHER,
        {"careers": research(5 * YEAR, institute=3 * YEAR - 1)},
    ),
    Pair(
        "k-tech-pass",
        "career-company",
        without_language(K_TECH),
        {"careers": EIGHT_LESS_A_DAY},
        labels=("v2",),
        figures=MARK,
    ),
    Pair(
        "k-tech-pass",
        "career-research",
        without_language(RESEARCHER),
        {"careers": research(5 * YEAR - 1, institute=3 * YEAR)},
        labels=("v2",),
        figures=MARK,
    ),
    Pair(
        "k-tech-pass",
        "track-criteria",
        without_language(K_TECH),
        {"job": {"annual_pay": 157_247_999}},
        labels=("v2",),
        figures=MARK,
    ),
    Pair(  # 50 + 20 + 10 for a small firm
        "k-tech-pass",
        "track-points",
        BY_POINTS,
        {"own": {"qualitative_points": 19}},
        labels=("v2",),
        figures=MARK,
    ),
)


# --- E-7-4 --------------------------------------------------------------------------------------
E_7_4 = {
    "candidate": {
        "birth_date": "1996-05-01",
        "current_employer_since": "2025-11-23",
        "tax_arrears": False,
        "illegal_stay_days": 89,
    },
    # Four years of 365 days up to 23 November 2026.
    "statuses": [{"code": "E-9-1", "from": "2022-11-25", "to": None}],
    "job": {
        "annual_pay": 25_890_000,
        "from": "2026-12-01",
        "to": "2028-11-30",
        "employer_recommends": True,
    },
    "employer": {
        "tax_arrears": False,
        "regular_workers": 5,
        "insured_nationals": 4,
        "e74_workers": 1,
        "capital_area": True,
        "population_decline": False,
        "root_industry": False,
    },
    "own": {"industry": "other", "recommended_already": 0},
    # 65 + 50 + 60 + 50 for the employer's recommendation: 225 less 25.
    "incomes": [{"year": 2024, "amount": 30_000_000}, {"year": 2025, "amount": 30_000_000}],
    "languages": [{"test": "topik", "level": 2}],
    "recommendations": [],
    "penalties": [
        {"kind": "fine", "amount": 999_999, "on": "2017-01-01"},
        {"kind": "fine", "amount": 999_999, "on": "2018-01-01"},
        {"kind": "fine", "amount": 999_999, "on": "2019-01-01"},
        {"kind": "immigration", "on": "2020-01-01"},
    ],
    "degrees": [],
    "careers": [],
    "licences": [],
}
AGRICULTURE = changed(
    E_7_4,
    own={"industry": "agriculture"},
    job={"annual_pay": 25_000_000},
    incomes=[{"year": 2024, "amount": 24_000_000}, {"year": 2025, "amount": 24_000_000}],
    languages=[{"test": "topik", "level": 3}],
)
# Without Korean: 65 + 60 + 50, 25 less.
DEFERRED = changed(E_7_4, languages=[])
# Another violation takes five points more: 195, or 145 without Korean.
ONCE_MORE = {"penalties": [*E_7_4["penalties"], {"kind": "immigration", "on": "2021-01-01"}]}


def e_7_4(route, less, facts=E_7_4, *, labels=("v1", "v2"), **changes):
    # The second version begins in 2027, of which no figures are known yet; its rules are asked on
    # the same day.
    return Pair("e-7-4", route, changed(facts, **changes), less, labels=labels)


E_7_4_PAIRS = (
    e_7_4(
        "stay-four-years", {"statuses": [{"code": "E-9-1", "from": "2022-11-26", "to": None}]}
    ),
    e_7_4(
        "stay-three-years-region",
        {"statuses": [{"code": "E-9-1", "from": "2023-11-26", "to": None}]},
        statuses=[{"code": "E-9-1", "from": "2023-11-25", "to": None}],
        employer={"capital_area": False},
        recommendations=[{"by": "province"}],
    ),
    e_7_4("points-full", ONCE_MORE),
    e_7_4("points-korean-deferred", ONCE_MORE, DEFERRED, labels=("v1",)),
    e_7_4("contract-pay", {"job": {"annual_pay": 25_889_999}}),
    e_7_4("contract-pay-agriculture", {"job": {"annual_pay": 24_999_999}}, AGRICULTURE),
    e_7_4(
        "limit-construction",
        {"employer": {"annual_works": 500_000_000}},  # 2.0
        own={"industry": "construction"},
        employer={"annual_works": 500_000_001, "e74_workers": 2},  # 0.4 for each 100 million: 3
    ),
    e_7_4(
        "limit-special",
        {"employer": {"insured_nationals": 4}},  # 2
        employer={"root_industry": True, "insured_nationals": 5, "e74_workers": 2},  # 2.5: 3
    ),
    e_7_4("limit-general", {"employer": {"insured_nationals": 3}}),  # 0.9: 1; of 4 it is 1.2: 2
)  # fmt: skip

PAIRS = (
    *KOTRA_PAIRS,
    *GYEONGGI_PAIRS,
    *DAEGU_PAIRS,
    *ULSAN_PAIRS,
    *K_TECH_PAIRS,
    *E_7_4_PAIRS,
)
