"""The E-7-4 point system: its bands, caps, minima, bars and limits at their edges."""

from datetime import date

import pytest

from tests.programs.dossiers import GONE, career, changed, judged, leaf, shipped
from tests.programs.people import AGRICULTURE, DEFERRED, E_7_4

SLUG = "e-7-4"
TODAY = date(2026, 11, 23)
# Nothing taken off, nobody's recommendation: 65 + 50 + 60.
PLAIN = changed(
    E_7_4, penalties=[], candidate={"illegal_stay_days": 0}, job={"employer_recommends": False}
)
PROVINCE = [{"by": "province", "name": "전라남도"}]


def found(facts=PLAIN, *, on=TODAY, label="v1", **changes):
    return judged(SLUG, changed(facts, **changes), on=on, label=label)


def met(code, facts=PLAIN, **changes):
    return leaf(found(facts, **changes).tree, code)["verdict"] == "met"


def parts(facts=PLAIN, **changes):
    """(the total, each part's points), certain ones; in whole points."""
    table = found(facts, **changes).tree["points"]
    gathered = {}

    def gather(entries):
        for entry in entries:
            if entry["kind"] == "part":
                gathered[entry["code"]] = entry["least"] // 100
                gather(entry["entries"])

    gather(table["parts"])
    return table["least"] // 100, gathered


def income(*amounts):
    return [{"year": 2025 - place, "amount": amount} for place, amount in enumerate(amounts)]


def test_what_the_programme_is():
    first, second = shipped(SLUG, "v1"), shipped(SLUG, "v2")
    assert (first.kind, first.office.code, first.letter) == ("self_check", "moj", None)
    assert first.channel == "in_country"
    assert second.effective_from == date(2027, 1, 1)


# --- worked examples --------------------------------------------------------------------------
def test_two_hundred_and_five_points_suffice():
    facts = changed(PLAIN, incomes=income(31_000_000, 31_000_000), recommendations=PROVINCE)
    total, each = parts(facts)
    assert (total, each["income"], each["korean"], each["age"]) == (205, 65, 50, 60)
    assert each["one-recommendation"] == 30
    assert met("points", facts)


def test_without_the_recommendation_it_is_one_hundred_and_seventy_five():
    facts = changed(PLAIN, incomes=income(31_000_000, 31_000_000))
    assert parts(facts)[0] == 175
    assert not met("points", facts)
    # The employer's recommendation is needed anyway, and gives 50 points of its own.
    assert parts(facts, job={"employer_recommends": True})[0] == 225
    assert met("points", facts, job={"employer_recommends": True})


def test_an_income_below_the_lowest_band_fails_whatever_else():
    everything = changed(
        PLAIN,
        incomes=income(24_900_000, 24_900_000),
        languages=[{"test": "topik", "level": 6}],
        recommendations=PROVINCE,
        job={"employer_recommends": True},
        candidate={"current_employer_since": "2020-01-01"},
        licences=[{"code": "national-technical"}, {"code": "driving"}],
        careers=[{**career("2020-01-01", None), "population_decline": True}],
    )
    total, each = parts(everything)
    assert (total, each["income"]) == (330, 0)
    assert met("points-total", everything)
    assert not met("points", everything)


# --- bands ------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("won", "points"),
    [
        (24_999_999, 0), (25_000_000, 50), (29_999_999, 50), (30_000_000, 65), (34_999_999, 65),
        (35_000_000, 80), (39_999_999, 80), (40_000_000, 95), (44_999_999, 95),
        (45_000_000, 110), (49_999_999, 110), (50_000_000, 120), (90_000_000, 120),
    ],
)  # fmt: skip
def test_bands_of_income(won, points):
    assert parts(incomes=income(won, won))[1]["income"] == points


@pytest.mark.parametrize(
    ("won", "points"), [(23_999_999, 0), (24_000_000, 50), (29_999_999, 50), (30_000_000, 65)]
)
def test_agriculture_starts_a_million_lower(won, points):
    assert parts(AGRICULTURE, incomes=income(won, won))[1]["income"] == points


def test_the_average_is_that_of_the_two_newest_years():
    def points(*amounts):
        return parts(incomes=income(*amounts))[1]["income"]

    assert points(20_000_000, 30_000_000) == 50  # 25 million
    assert points(20_000_000, 29_999_999) == 0
    assert points(30_000_000, 30_000_000, 90_000_000) == 65  # the third counts no more
    assert points(40_000_000) == 0  # a missing year counts nothing


@pytest.mark.parametrize(
    ("language", "points"),
    [
        ({"test": "topik", "level": 1}, 0), ({"test": "topik", "level": 2}, 50),
        ({"test": "topik", "level": 3}, 80), ({"test": "topik", "level": 4}, 120),
        ({"test": "topik", "level": 6}, 120), ({"test": "kiip", "level": 1}, 0),
        ({"test": "kiip", "level": 2}, 50), ({"test": "kiip", "level": 3}, 80),
        ({"test": "kiip", "level": 4}, 120),
        ({"test": "kiip_pretest", "score": 40, "taken_on": "2026-01-01"}, 0),
        ({"test": "kiip_pretest", "score": 41, "taken_on": "2026-01-01"}, 50),
        ({"test": "kiip_pretest", "score": 60, "taken_on": "2026-01-01"}, 50),
        ({"test": "kiip_pretest", "score": 61, "taken_on": "2026-01-01"}, 80),
        ({"test": "kiip_pretest", "score": 80, "taken_on": "2026-01-01"}, 80),
        ({"test": "kiip_pretest", "score": 81, "taken_on": "2026-01-01"}, 120),
        # The pre-test is good for two years.
        ({"test": "kiip_pretest", "score": 81, "taken_on": "2024-11-23"}, 120),
        ({"test": "kiip_pretest", "score": 81, "taken_on": "2024-11-22"}, 0),
    ],
)  # fmt: skip
def test_bands_of_korean(language, points):
    assert parts(languages=[language])[1]["korean"] == points


@pytest.mark.parametrize(
    ("born", "points"),
    [
        ("2007-11-24", 0), ("2007-11-23", 40), ("1999-11-24", 40), ("1999-11-23", 60),
        ("1992-11-24", 60), ("1992-11-23", 30), ("1985-11-24", 30), ("1985-11-23", 10),
    ],
)  # fmt: skip
def test_bands_of_age(born, points):
    assert parts(candidate={"birth_date": born})[1]["age"] == points


# --- bonus and deductions ------------------------------------------------------------------------
def test_each_bonus_and_only_one_recommendation_of_ministry_or_province():
    def bonus(**changes):
        return parts(**changes)[1]["bonus"]

    assert bonus() == 0
    assert bonus(recommendations=PROVINCE) == 30
    assert bonus(recommendations=[{"by": "ministry"}]) == 30
    assert bonus(recommendations=[*PROVINCE, {"by": "ministry"}]) == 30
    assert bonus(job={"employer_recommends": True}) == 50
    assert bonus(candidate={"current_employer_since": "2023-11-23"}) == 20
    assert bonus(candidate={"current_employer_since": "2023-11-24"}) == 0
    there = [
        {**career("2018-01-01", days=2 * 365), "current": True},
        {**career("2025-11-24", days=365), "current": True},
    ]
    assert bonus(careers=there) == 20  # two years and one, at the same workplace
    countryside = {**career("2018-01-01", days=3 * 365), "population_decline": True}
    assert bonus(careers=[countryside]) == 20
    too_long_ago = {**career("2012-01-01", days=5 * 365), "population_decline": True}
    assert bonus(careers=[too_long_ago]) == 0
    korean = {"level": "associate", "country": "KOR", "awarded_on": "2020-02-20"}
    assert bonus(degrees=[korean]) == 20
    assert bonus(degrees=[korean], licences=[{"code": "national-technical"}]) == 20
    assert bonus(licences=[{"code": "national-technical"}, {"code": "driving"}]) == 30


def penalties(kind, times, **also):
    return [{"kind": kind, "on": f"20{17 + n}-05-01", **also} for n in range(times)]


@pytest.mark.parametrize(
    ("kind", "also", "points"),
    [
        ("fine", {"amount": 500_000}, (0, 5, 10, 20, 20)),
        ("tax_arrears", {}, (0, 5, 10, 15, 15)),
        ("immigration", {}, (0, 5, 10, 15, 15)),
    ],
)
def test_deductions_by_how_often(kind, also, points):
    for times, taken in enumerate(points):
        total, each = parts(penalties=penalties(kind, times, **also))
        assert (total, each["deductions"]) == (175 - taken, taken)


def test_at_most_fifty_points_are_taken_off_and_only_of_ten_years():
    everything = [
        *penalties("fine", 3, amount=999_999),
        *penalties("tax_arrears", 3),
        *penalties("immigration", 3),
    ]
    assert parts(penalties=everything)[1]["deductions"] == 50
    old = [{"kind": "immigration", "on": "2016-11-22"}]
    assert parts(penalties=old)[1]["deductions"] == 0
    assert parts(penalties=[{**old[0], "on": "2016-11-23"}])[1]["deductions"] == 5


# --- minima and the deferral ---------------------------------------------------------------------
def test_korean_may_be_put_off_in_the_first_version_only():
    facts = changed(DEFERRED, penalties=[])
    assert parts(facts)[0] == 175
    assert met("points", facts)
    assert not met("points", facts, label="v2")
    assert not met("points", changed(facts, job={"employer_recommends": False}))  # 125
    # Points for Korean do not help to reach the 150 without it.
    weak = changed(PLAIN, languages=[{"test": "topik", "level": 1}], incomes=income(*[30**5] * 2))
    assert not met("points-korean-deferred", weak)


def test_the_version_of_the_day_knows_whether_korean_may_be_put_off():
    first, second = shipped(SLUG, "v1"), shipped(SLUG, "v2")
    codes = [
        [child.code for child in leaf_of(manifest.requirements.root, "points").children]
        for manifest in (first, second)
    ]
    assert codes == [["points-full", "points-korean-deferred"], ["points-full"]]


def leaf_of(node, code):
    return next(child for child in node.children if child.code == code)


# --- conditions ------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("on", "pay", "expected"),
    [
        (date(2026, 7, 31), 26_000_000, True),
        (date(2026, 7, 31), 25_999_999, False),
        (date(2026, 8, 1), 25_890_000, True),
        (date(2026, 8, 1), 25_889_999, False),
    ],
)
def test_the_contract_pays_what_the_day_asks(on, pay, expected):
    assert met("contract-pay", on=on, job={"annual_pay": pay}) is expected


def test_two_years_of_contract_and_one_at_the_workplace():
    assert met("contract-length", job={"to": "2028-11-30"})
    assert not met("contract-length", job={"to": "2028-11-29"})
    assert met("contract-length", job={"to": None})
    assert met("one-year-there", candidate={"current_employer_since": "2025-11-23"})
    assert not met("one-year-there", candidate={"current_employer_since": "2025-11-24"})


def test_three_years_outside_the_capital_area_need_the_province():
    three = {
        "statuses": [{"code": "H-2", "from": "2023-11-25", "to": None}],
        "employer": {"capital_area": False},
    }
    assert met("stay", recommendations=PROVINCE, **three)
    assert not met("stay", **three)
    assert not met("stay", recommendations=[{"by": "ministry"}], **three)
    capital = {**three, "employer": {"capital_area": True}}
    assert not met("stay", recommendations=PROVINCE, **capital)


@pytest.mark.parametrize(
    ("regular", "allowed"), [(1, 1), (4, 1), (5, 1), (6, 2), (10, 2), (11, 3), (100, 20)]
)
def test_a_firm_recommends_a_fifth_of_its_workers_rounded_up(regular, allowed):
    def firm(already):
        employer = {"regular_workers": regular}
        return met("recommendation-cap", employer=employer, own={"recommended_already": already})

    assert firm(allowed - 1)
    assert not firm(allowed)


@pytest.mark.parametrize(
    ("nationals", "allowed"),
    [(0, 1), (1, 1), (4, 2), (5, 2), (7, 3), (8, 3), (12, 4), (13, 4), (23, 7)],
)
def test_thirty_per_cent_of_the_nationals_rounded_up(nationals, allowed):
    def firm(workers, **special):
        employer = {"insured_nationals": nationals, "e74_workers": workers, **special}
        return met("limit-general", employer=employer) and met("limit-special", employer=employer)

    assert firm(allowed - 1)
    assert not firm(allowed)
    half = max(-(-nationals // 2), 2)
    for special in ({"population_decline": True}, {"root_industry": True}):
        assert firm(half - 1, **special)
        assert not firm(half, **special)


@pytest.mark.parametrize(
    ("works", "allowed"),
    [(250_000_000, 1), (250_000_001, 2), (500_000_000, 2), (1_000_000_000, 4)],
)
def test_construction_counts_by_its_works(works, allowed):
    def firm(workers):
        employer = {"annual_works": works, "e74_workers": workers, "insured_nationals": 0}
        return met("limit-construction", employer=employer, own={"industry": "construction"})

    assert firm(allowed - 1)
    assert not firm(allowed)


@pytest.mark.parametrize(
    ("code", "changes", "expected"),
    [
        ("no-large-fine", {"penalties": penalties("fine", 1, amount=1_000_000)}, "not_met"),
        ("no-large-fine", {"penalties": penalties("fine", 1, amount=999_999)}, "met"),
        (
            "no-large-fine",
            {"penalties": [{"kind": "fine", "amount": 2_000_000, "on": "2016-11-22"}]},
            "met",
        ),
        ("no-large-fine", {"penalties": GONE}, "unknown"),
        ("few-violations", {"penalties": penalties("immigration", 3)}, "met"),
        ("few-violations", {"penalties": penalties("immigration", 4)}, "not_met"),
        ("no-arrears", {"candidate": {"tax_arrears": True}}, "not_met"),
        ("no-illegal-stay", {"candidate": {"illegal_stay_days": 89}}, "met"),
        ("no-illegal-stay", {"candidate": {"illegal_stay_days": 90}}, "not_met"),
        ("employer-no-arrears", {"employer": {"tax_arrears": True}}, "not_met"),
    ],
)
def test_bars(code, changes, expected):
    assert leaf(found(**changes).tree, code)["verdict"] == expected
