"""The Gyeonggi programme's routes, ratios and floors at their edges."""

from datetime import date

import pytest

from programs.document import rules_hash
from tests.programs.dossiers import (
    CARE_WORKER,
    GONE,
    GYEONGGI,
    career,
    catalogue,
    changed,
    degree,
    judged,
    leaf,
    shipped,
)

SLUG = "gyeonggi"
YEAR = 365
TOPIK_4 = {"test": "topik", "level": 4}


def verdict(facts=GYEONGGI, **changes):
    return judged(SLUG, changed(facts, **changes)).verdict


def care(**changes):
    return verdict(CARE_WORKER, **changes)


def test_what_the_programme_publishes():
    manifest = shipped(SLUG, "v1")
    classes = [one.visa_class for one in manifest.occupations]
    assert (classes.count("E-7-1"), classes.count("E-7-2")) == (11, 1)
    assert manifest.quota.size == 630
    assert manifest.quota.children == ()
    assert len(manifest.regions) == 31
    assert (manifest.effective_from, manifest.effective_to) == (
        date(2025, 9, 15),
        date(2026, 12, 31),
    )
    assert manifest.stage_kinds == ("document_review", "validation", "decision")
    assert manifest.occupation("2430") is None  # nurses came with the next version
    assert (manifest.receipt_pattern.format(year=2026, number=7)) == "경기-접수-2026-000007"


def test_the_second_version_adds_the_nurse_and_nothing_else():
    first, second = shipped(SLUG, "v1"), shipped(SLUG, "v2")
    classes = [one.visa_class for one in second.occupations]
    assert (classes.count("E-7-1"), classes.count("E-7-2")) == (12, 1)
    assert second.occupation("2430").names.en == "Nurse"
    assert second.effective_from == date(2026, 6, 17)
    assert "version" in second.assumed  # on which day it really began is not known
    assert (second.quota.size, second.period) == (first.quota.size, first.period)

    def rules(label):
        (document,) = (
            one.document
            for one in catalogue().versions
            if (one.manifest.slug, one.manifest.label) == (SLUG, label)
        )
        same = {**document, "version": {}, "occupations": {}}
        return rules_hash({**same, "letter": {**document["letter"], "template": ""}})

    assert rules("v1") == rules("v2")


# --- E-7-1 ------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("degrees", "careers", "expected"),
    [
        ([degree("master")], [], "eligible"),
        ([degree("bachelor")], [career("2021-01-01", days=YEAR)], "eligible"),
        ([degree("bachelor")], [career("2021-01-01", days=YEAR - 1)], "not_eligible"),
        ([], [career("2015-01-01", days=5 * YEAR)], "eligible"),
        ([], [career("2015-01-01", days=5 * YEAR - 1)], "not_eligible"),
        ([degree("associate", "KOR")], [], "eligible"),
        ([degree("associate", "KOR", related=False)], [], "not_eligible"),
        ([degree("associate", "JPN")], [], "not_eligible"),
        # Korean and expected next spring.
        ([degree("associate", "KOR", awarded_on="2027-02-20")], [], "eligible"),
        # Foreign and not awarded yet: work now does not come after it.
        ([degree("master", awarded_on="2027-02-20")], [], "not_eligible"),
    ],
)
def test_professionals(degrees, careers, expected):
    assert verdict(degrees=degrees, careers=careers) == expected


def concession(languages, *, days=YEAR, occupation="2223", country="VNM"):
    return verdict(
        job={"occupation": occupation},
        languages=languages,
        degrees=[degree(country=country, related=False)],
        careers=[career("2021-01-01", days=days)],
        employer={"insured_nationals": 50, "foreign_workers": 0, "domestic_sales_only": False,
                  "registered_on": "2020-01-01"},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("languages", "expected"),
    [
        ([TOPIK_4], "eligible"),
        ([{"test": "kiip", "level": 4}], "eligible"),
        ([{"test": "topik", "level": 3}], "not_eligible"),
        ([{"test": "kiip", "level": 3}, {"test": "topik", "level": 3}], "not_eligible"),
        ([{"test": "kiip_pretest", "level": 4, "score": 90}], "not_eligible"),
        ([], "not_eligible"),
    ],
)
def test_korean_language_opens_an_unrelated_foreign_degree(languages, expected):
    assert concession(languages) == expected


def test_the_language_concession_needs_a_year_and_a_foreign_degree():
    assert concession([TOPIK_4], days=YEAR - 1) == "not_eligible"
    assert concession([TOPIK_4], country="KOR") == "not_eligible"


@pytest.mark.parametrize("occupation", [one.code for one in shipped(SLUG).occupations[:11]])
def test_the_language_concession_covers_all_eleven(occupation):
    assert concession([TOPIK_4], occupation=occupation) == "eligible"


def test_a_nurse_qualifies_as_any_professional_but_without_the_concession():
    nurse = {"occupation": "2430"}
    assert verdict(job=nurse, degrees=[degree("master")]) == "eligible"
    assert verdict(job=nurse, degrees=[degree("associate", "KOR")]) == "eligible"
    assert concession([TOPIK_4], occupation="2430") == "not_eligible"
    assert (
        judged(SLUG, changed(GYEONGGI, job=nurse, degrees=[degree("master")]), label="v1").verdict
        == "not_eligible"
    )


def robotics(degrees, careers=(), **changes):
    return verdict(job={"occupation": "2352"}, degrees=degrees, careers=list(careers), **changes)


def test_robotics_accepts_a_bachelors_degree():
    a_year = [career("2021-01-01", days=YEAR)]
    assert robotics([degree("master")]) == "eligible"
    assert robotics([degree("bachelor", "KOR")]) == "eligible"
    assert robotics([degree("bachelor")], a_year) == "eligible"
    assert robotics([degree("bachelor")], [career("2021-01-01", days=YEAR - 1)]) == "not_eligible"
    assert robotics([degree("associate", "KOR")]) == "not_eligible"
    assert robotics([], [career("2010-01-01", days=5 * YEAR)]) == "not_eligible"


# --- care workers -------------------------------------------------------------------------------
def test_a_care_worker_who_just_qualifies():
    assert care() == "eligible"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"degrees": [degree("associate", "JPN")]}, "not_eligible"),
        ({"degrees": [degree("doctor", "JPN")]}, "not_eligible"),
        ({"degrees": []}, "not_eligible"),
        ({"licences": []}, "not_eligible"),
        ({"licences": GONE}, "undecided"),
        ({"licences": [{"code": "nurse"}]}, "not_eligible"),
        ({"languages": [{"test": "topik", "level": 2}]}, "not_eligible"),
        ({"languages": [{"test": "kiip", "level": 3}]}, "eligible"),
        ({"languages": [{"test": "kiip", "level": 2}]}, "not_eligible"),
        ({"languages": [{"test": "kiip_pretest", "score": 61}]}, "eligible"),
        ({"languages": [{"test": "kiip_pretest", "score": 60}]}, "not_eligible"),
        ({"employer": {"care_code": "2-41110-00001"}}, "not_eligible"),
        ({"employer": {"care_code": GONE}}, "undecided"),
        ({"employer": {"insured_nationals": 4}}, "not_eligible"),
        ({"employer": {"insured_nationals": 4, "domestic_sales_only": False}}, "eligible"),
        ({"employer": {"foreign_workers": 1}}, "eligible"),  # 30 % of 5 is 1.5, so 2
        ({"employer": {"foreign_workers": 2}}, "not_eligible"),
        ({"employer": {"registered_on": "2026-08-24"}}, "not_eligible"),
        ({"job": {"annual_pay": 25_889_999}}, "not_eligible"),
        ({"job": {"annual_pay": 25_890_000}}, "eligible"),
    ],
)
def test_a_care_worker_and_the_smallest_step(changes, expected):
    assert care(**changes) == expected


@pytest.mark.parametrize(
    ("nationals", "allowed"), [(4, 1), (5, 2), (7, 2), (8, 2), (12, 4), (13, 4), (23, 7)]
)
def test_thirty_per_cent_of_the_nationals_rounded_half_up(nationals, allowed):
    def firm(foreigners):
        return care(
            employer={
                "insured_nationals": nationals,
                "foreign_workers": foreigners,
                "domestic_sales_only": False,
            }
        )

    assert firm(allowed - 1) == "eligible"
    assert firm(allowed) == "not_eligible"


# --- place and pay ------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("region", "expected"),
    [
        ("gyeonggi/gwangju", "eligible"),
        ("gwangju", "not_eligible"),  # the metropolitan city of the same name
        ("incheon", "not_eligible"),
        (GONE, "undecided"),
    ],
)
def test_the_workplace_is_in_gyeonggi(region, expected):
    assert verdict(job={"region": region}, degrees=[degree("master")]) == expected


def test_the_pay_floor_follows_the_class():
    master = [degree("master")]
    assert verdict(degrees=master, job={"annual_pay": 31_119_999}) == "not_eligible"
    tree = judged(SLUG, CARE_WORKER).tree
    assert leaf(tree, "pay-year-e-7-1")["applies"] == "no"
    assert leaf(tree, "pay-year-e-7-2")["applies"] == "yes"


def test_the_floor_of_the_day_counts():
    facts = changed(GYEONGGI, degrees=[degree("master")], job={"annual_pay": 28_670_000})
    assert judged(SLUG, facts, on=date(2026, 1, 31)).verdict == "eligible"
    assert judged(SLUG, facts, on=date(2026, 2, 1)).verdict == "not_eligible"
