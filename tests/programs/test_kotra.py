"""The KOTRA programme's routes and floors at their edges."""

from datetime import date

import pytest

from tests.programs.dossiers import GONE, KOTRA, career, changed, degree, judged, leaf, shipped

SLUG = "kotra-recommendation"
YEAR, FIVE_YEARS = 365, 5 * 365


def verdict(**changes):
    return judged(SLUG, changed(KOTRA, **changes)).verdict


def route(code, **changes):
    return leaf(judged(SLUG, changed(KOTRA, **changes)).tree, code)["verdict"]


# --- routes -----------------------------------------------------------------------------------
def test_a_related_masters_degree_needs_no_experience():
    assert verdict(degrees=[degree("master")]) == "eligible"
    assert verdict(degrees=[degree("doctor")]) == "eligible"
    assert verdict(degrees=[degree("bachelor")]) == "not_eligible"


def test_a_related_korean_bachelors_degree_needs_no_experience():
    assert verdict(degrees=[degree(country="KOR")]) == "eligible"
    assert verdict(degrees=[degree(country="KOR", related=False)]) == "not_eligible"


@pytest.mark.parametrize(("days", "expected"), [(YEAR, "eligible"), (YEAR - 1, "not_eligible")])
def test_a_foreign_bachelors_degree_needs_a_year(days, expected):
    assert verdict(degrees=[degree()], careers=[career("2021-01-01", days=days)]) == expected


@pytest.mark.parametrize(
    ("days", "expected"), [(FIVE_YEARS, "eligible"), (FIVE_YEARS - 1, "not_eligible")]
)
def test_five_years_of_experience_need_no_degree(days, expected):
    assert verdict(careers=[career("2015-01-01", days=days)]) == expected


def test_a_year_counts_only_after_the_degree():
    before = career("2020-01-01", "2020-12-31")  # the degree is of 30 June
    assert verdict(degrees=[degree()], careers=[before]) == "not_eligible"
    after_to_the_day = career("2020-07-01", days=YEAR)
    assert verdict(degrees=[degree()], careers=[after_to_the_day]) == "eligible"
    one_day_on_the_day_of_award = career("2020-06-30", days=YEAR)
    assert verdict(degrees=[degree()], careers=[one_day_on_the_day_of_award]) == "not_eligible"


def test_five_years_count_before_a_degree_too():
    assert (
        verdict(degrees=[degree()], careers=[career("2010-01-01", days=FIVE_YEARS)]) == "eligible"
    )


def test_overlapping_jobs_count_once():
    first, second = career("2021-01-01", days=200), career("2021-01-01", days=200)
    assert verdict(degrees=[degree()], careers=[first, second]) == "not_eligible"
    half = [
        career("2021-01-01", days=YEAR, share=50),
        career("2021-01-01", days=YEAR, share=50),
    ]
    assert verdict(degrees=[degree()], careers=half) == "eligible"


def test_part_time_counts_by_its_share():
    assert verdict(degrees=[degree()], careers=[career("2021-01-01", days=YEAR, share=99)]) == (
        "not_eligible"
    )
    assert verdict(degrees=[degree()], careers=[career("2021-01-01", days=2 * YEAR, share=50)]) == (
        "eligible"
    )


def test_unrelated_experience_and_unrelated_degrees_do_not_count():
    unrelated = career("2010-01-01", days=FIVE_YEARS, related=False)
    assert verdict(careers=[unrelated]) == "not_eligible"
    assert verdict(degrees=[degree("master", related=False)]) == "not_eligible"


def test_an_associate_degree_opens_none_of_the_degree_routes():
    work = [career("2021-01-01", days=3 * YEAR)]
    found = judged(SLUG, changed(KOTRA, degrees=[degree("associate", "KOR")], careers=work))
    assert [leaf(found.tree, f"route-{n}")["verdict"] for n in (1, 2, 3, 4)] == ["not_met"] * 4


def test_a_korean_masters_beside_a_foreign_bachelors_is_route_one():
    both = [degree("bachelor", "VNM"), degree("master", "KOR")]
    assert verdict(degrees=both) == "eligible"
    assert route("route-1", degrees=both) == "met"
    assert route("route-3", degrees=both) == "not_met"


def test_a_degree_that_is_not_awarded_yet_does_not_count():
    assert verdict(degrees=[degree("master", awarded_on="2026-11-23")]) == "eligible"
    assert verdict(degrees=[degree("master", awarded_on="2026-11-24")]) == "not_eligible"


def test_an_open_period_ends_on_the_day_of_evaluation():
    assert verdict(degrees=[degree()], careers=[career("2025-11-24", None)]) == "eligible"
    assert verdict(degrees=[degree()], careers=[career("2025-11-25", None)]) == "not_eligible"


# --- occupation and field -----------------------------------------------------------------------
@pytest.mark.parametrize("code", ["2351", "2395"])
def test_an_abolished_occupation_is_refused_with_its_reason(code):
    found = judged(SLUG, changed(KOTRA, job={"occupation": code}, degrees=[degree("master")]))
    node = leaf(found.tree, "occupation")
    assert found.verdict == "not_eligible"
    assert node["reason"]["text"]["en"].startswith("Recommendations for this occupation were abol")


def test_a_former_code_means_what_its_edition_says():
    manifest = shipped(SLUG)
    assert manifest.occupation("2224").names.en == "Web developer"
    assert manifest.occupation("2224", "moj-former").names.en == "Data specialist"
    assert manifest.occupation("2228").code == "2224"
    # In the former edition 2351 was electrical engineering, which is recommended still.
    assert manifest.occupation("2351") is None
    assert manifest.occupation("2351", "moj-former").code == "2341"
    assert manifest.refused_occupation("2351").names.en == "Mechanical engineer"
    assert manifest.occupation("2223", "no-such-edition") is None


@pytest.mark.parametrize(
    ("job", "expected"),
    [
        ({"occupation": "2351", "occupation_edition": "moj-former"}, "met"),
        ({"occupation": "2351", "occupation_edition": "moj-2026"}, "not_met"),
        ({"occupation": "2223", "occupation_edition": "nobody-knows"}, "not_met"),
        ({"occupation": "9999"}, "not_met"),
        ({"occupation": GONE}, "unknown"),
    ],
)
def test_the_occupation_is_read_in_its_edition(job, expected):
    assert route("occupation", job=job) == expected


def test_the_field_must_be_one_of_the_eight():
    assert len(shipped(SLUG).fields) == 8
    assert route("technology-field", job={"technology_field": "finance"}) == "not_met"


def test_robotics_only_for_returned_firms():
    job = {"occupation": "2352"}
    master = [degree("master")]
    assert verdict(job=job, degrees=master, employer={"returned_firm": True}) == "eligible"
    assert verdict(job=job, degrees=master, employer={"returned_firm": False}) == "not_eligible"
    assert verdict(job=job, degrees=master) == "undecided"


def test_web_developers_are_counted_against_the_nationals():
    def web(**employer):
        firm = {
            "registered_on": "2020-01-01",
            "domestic_sales_only": False,
            "insured_nationals": 13,
            "foreign_workers": 2,
            **employer,
        }
        return verdict(job={"occupation": "2224"}, degrees=[degree("master")], employer=firm)

    assert web() == "eligible"  # 20 % of 13 is 2.6, so 3
    assert web(foreign_workers=3) == "not_eligible"
    assert web(insured_nationals=12) == "not_eligible"  # 2.4, so 2
    assert web(insured_nationals=4, foreign_workers=0) == "eligible"
    assert web(insured_nationals=4, foreign_workers=0, domestic_sales_only=True) == "not_eligible"
    assert web(insured_nationals=5, foreign_workers=0, domestic_sales_only=True) == "eligible"
    assert web(registered_on="2026-08-23") == "eligible"
    assert web(registered_on="2026-08-24") == "not_eligible"


@pytest.mark.parametrize(
    ("nationals", "allowed"), [(4, 1), (5, 1), (7, 1), (8, 2), (12, 2), (13, 3), (23, 5)]
)
def test_twenty_per_cent_of_the_nationals_rounded_half_up(nationals, allowed):
    def firm(foreigners):
        employer = {
            "registered_on": "2020-01-01",
            "domestic_sales_only": False,
            "insured_nationals": nationals,
            "foreign_workers": foreigners,
        }
        return verdict(job={"occupation": "2224"}, degrees=[degree("master")], employer=employer)

    assert firm(allowed - 1) == "eligible"
    assert firm(allowed) == "not_eligible"


# --- pay ----------------------------------------------------------------------------------------
def pay(**job):
    return verdict(job=job, degrees=[degree("master")])


def test_yearly_pay_at_the_floor_of_the_day():
    assert pay(annual_pay=31_120_000) == "eligible"
    assert pay(annual_pay=31_119_999) == "not_eligible"


def test_the_minimum_wage_is_that_of_the_contracts_period():
    this_year = {"from": "2026-11-23", "to": "2026-12-31"}
    assert pay(monthly_pay=2_156_880, **this_year) == "eligible"
    assert pay(monthly_pay=2_156_879, **this_year) == "not_eligible"
    into_2027 = {"from": "2026-11-23", "to": "2027-01-01"}
    assert pay(monthly_pay=2_156_880, **into_2027) == "not_eligible"
    assert pay(monthly_pay=2_236_300, **into_2027) == "eligible"
    assert pay(monthly_pay=2_236_300, **{"from": "2026-11-23", "to": None}) == "eligible"


def test_long_hours_need_more_than_the_monthly_minimum():
    # 52 h a week are 261 paid hours a month: 2,693,520 won at 10,320.
    job = {"weekly_hours": 52, "from": "2026-11-23", "to": "2026-12-31"}
    assert pay(monthly_pay=2_693_520, **job) == "eligible"
    assert pay(monthly_pay=2_693_519, **job) == "not_eligible"


def test_without_the_contracts_period_only_a_refusal_is_certain():
    unknown = {"from": GONE, "to": GONE}
    assert pay(monthly_pay=2_000_000, **unknown) == "not_eligible"
    assert pay(monthly_pay=9_000_000, **unknown) == "undecided"


def test_where_no_figure_is_announced_the_rules_do_not_guess():
    facts = changed(KOTRA, degrees=[degree("master")])
    found = judged(SLUG, facts, on=date(2027, 1, 1))
    assert found.verdict == "undecided"
    # The minimum wage of 2027 is known, the ministry's floor is not.
    assert found.needs == ["figure:moj-wage-e-7-1"]


# --- what is known ------------------------------------------------------------------------------
def test_arrears_and_restrictions_bar_and_unknown_does_not_decide():
    master = [degree("master")]
    assert verdict(degrees=master, employer={"tax_arrears": True}) == "not_eligible"
    assert verdict(degrees=master, employer={"restricted": True}) == "not_eligible"
    assert verdict(degrees=master, employer=GONE) == "undecided"


def test_an_empty_list_is_none_and_an_absent_one_unknown():
    assert verdict(degrees=[], careers=[]) == "not_eligible"
    assert verdict(degrees=GONE, careers=[]) == "undecided"
    assert verdict(degrees=[degree("master")], careers=GONE) == "eligible"


# --- who needs no letter ------------------------------------------------------------------------
def not_needed(**changes):
    found = judged(SLUG, changed(KOTRA, degrees=[degree("master")], **changes))
    assert found.verdict == "eligible"  # a letter may be applied for all the same
    return [waiver["code"] for waiver in found.not_needed]


def test_who_needs_no_letter_is_told_so():
    assert not_needed() == []
    assert not_needed(employer={"size": "public"}) == ["public-employer"]
    manager = {"occupation": "1350"}
    assert not_needed(job=manager, employer={"size": "large"}) == ["large-company-manager"]
    assert not_needed(job=manager, employer={"size": "medium"}) == []
    assert not_needed(employer={"size": "large"}) == []
    # Three times 52,416,000 won.
    assert not_needed(job={"annual_pay": 157_248_000}) == ["high-income"]
    assert not_needed(job={"annual_pay": 157_247_999}) == []
