"""The Ulsan programme: conjunctive routes, named employers, three parts of one quota."""

import pytest

from tests.programs.dossiers import GONE, ON, changed, degree, judged, leaf, shipped
from tests.programs.people import CITY_TEST, COURSE, ELECTRICIAN, STATE_TEST, ULSAN

SLUG = "ulsan"


def verdict(facts=ULSAN, **changes):
    return judged(SLUG, changed(facts, **changes)).verdict


def test_what_the_programme_publishes():
    manifest = shipped(SLUG)
    quota = manifest.quota
    assert quota.size == 440
    assert {part.code: part.size for part in quota.children} == {
        "welding": 308,
        "electric": 55,
        "paint": 77,
    }
    assert sum(part.size for part in quota.children) == quota.size
    assert "Ministry of Justice" in quota.transfers.en
    assert {one.visa_class for one in manifest.occupations} == {"E-7-3"}
    assert len(manifest.notes) == 5


@pytest.mark.parametrize(
    ("code", "edition"),
    [("7430", None), ("7430", "moj-2026"), ("7430", "moj-former"), ("7406", None)],
)
def test_a_welder_has_two_numbers(code, edition):
    assert shipped(SLUG).occupation(code, edition).code == "7430"
    job = {"occupation": code} | ({"occupation_edition": edition} if edition else {})
    assert verdict(job=job) == "eligible"


@pytest.mark.parametrize(
    ("occupation", "part"), [("7406", "welding"), ("76212", "electric"), ("78369", "paint")]
)
def test_each_occupation_takes_of_its_own_part(occupation, part):
    manifest = shipped(SLUG)
    facts = changed(ULSAN, job={"occupation": occupation})
    (way,) = manifest.quota.ways_for(facts, on=ON, requirements=manifest.requirements)
    assert [node.code for node in way] == ["total", part]


@pytest.mark.parametrize(
    ("shipyard", "expected"),
    [
        ("hd-hyundai-heavy", "eligible"),
        ("in-house-partner", "eligible"),
        ("other", "not_eligible"),
        (GONE, "undecided"),
    ],
)
def test_only_the_named_employers(shipyard, expected):
    assert verdict(own={"shipyard": shipyard}) == expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"licences": []}, "not_eligible"),
        ({"licences": GONE}, "undecided"),
        ({"trainings": [STATE_TEST]}, "not_eligible"),
        ({"trainings": [COURSE]}, "not_eligible"),
        ({"trainings": [COURSE, CITY_TEST]}, "not_eligible"),
        ({"languages": []}, "not_eligible"),
        ({"languages": [{"test": "kiip", "level": 1}]}, "eligible"),
        ({"languages": [{"test": "provincial", "level": 1}]}, "eligible"),
        ({"languages": [{"test": "eps_topik", "level": 1}]}, "not_eligible"),
        ({"degrees": [degree("doctor")], "licences": []}, "not_eligible"),
    ],
)
def test_a_welder_needs_all_four(changes, expected):
    assert verdict(**changes) == expected


@pytest.mark.parametrize("occupation", ["76212", "78369"])
@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, "eligible"),
        ({"degrees": [degree("associate", related=False)]}, "not_eligible"),
        ({"degrees": []}, "not_eligible"),
        ({"trainings": [CITY_TEST]}, "not_eligible"),
        ({"trainings": [COURSE, STATE_TEST]}, "not_eligible"),
        ({"languages": []}, "not_eligible"),
        ({"licences": [{"code": "ship-welder-intermediate"}]}, "eligible"),
    ],
)
def test_electricians_and_painters_need_all_four(occupation, changes, expected):
    assert verdict(ELECTRICIAN, job={"occupation": occupation}, **changes) == expected


def test_thirty_per_cent_of_the_nationals():
    def firm(nationals, foreigners):
        return verdict(employer={"insured_nationals": nationals, "foreign_workers": foreigners})

    assert firm(5, 1) == "eligible"  # 1.5, so 2
    assert firm(5, 2) == "not_eligible"
    assert firm(23, 6) == "eligible"  # 6.9, so 7
    assert firm(23, 7) == "not_eligible"


def test_the_pay_of_a_general_skilled_worker():
    this_year = {"from": "2026-11-24", "to": "2026-12-31", "monthly_pay": 2_157_500}
    assert verdict(job={**this_year, "annual_pay": 25_890_000}) == "eligible"
    found = judged(SLUG, changed(ULSAN, job={**this_year, "annual_pay": 25_889_999}))
    assert found.verdict == "not_eligible"
    assert leaf(found.tree, "pay-year")["required"]["at_least"] == 25_890_000
