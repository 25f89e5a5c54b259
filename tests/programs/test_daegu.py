"""The Daegu programme's concessions and limits at their edges."""

from datetime import date

import pytest

from tests.programs.dossiers import GONE, career, changed, degree, judged, leaf, shipped
from tests.programs.people import ABROAD, DAEGU, RETURNED, YEAR

SLUG = "daegu"
E_9 = [{"code": "E-9-1", "from": "2015-01-01", "to": "2019-10-31"}]


def verdict(occupation, facts=DAEGU, **changes):
    job = {"occupation": occupation, **changes.pop("job", {})}
    return judged(SLUG, changed(facts, job=job, **changes)).verdict


def test_what_the_programme_publishes():
    manifest = shipped(SLUG)
    assert [one.code for one in manifest.occupations] == ["2111", "2231", "2342", "2351", "2352"]
    assert {one.visa_class for one in manifest.occupations} == {"E-7-1"}
    assert (manifest.quota.size, manifest.quota.children) == (100, ())
    assert (manifest.effective_from, manifest.effective_to) == (
        date(2025, 6, 13),
        date(2026, 12, 31),
    )
    assert len(manifest.fields) == 5
    assert "deadlines.processing" in manifest.assumed
    assert "quota" not in manifest.assumed


def test_former_codes_are_read_in_their_edition():
    manifest = shipped(SLUG)
    assert manifest.occupation("2353").code == "2351"
    assert manifest.occupation("2352", "moj-former").code == "2342"
    assert manifest.occupation("2352").names.en == "Robotics specialist"
    assert manifest.occupation("2351", "moj-former") is None  # electrical engineering, once


@pytest.mark.parametrize("occupation", ["2111", "2231", "2342", "2351"])
def test_three_years_or_an_associate_degree_and_one(occupation):
    assert verdict(occupation, careers=[career("2015-01-01", days=3 * YEAR)]) == "eligible"
    a_year = [career("2021-01-01", days=YEAR)]
    assert verdict(occupation, degrees=[degree("associate")], careers=a_year) == "eligible"
    unrelated = [degree("associate", related=False)]
    assert verdict(occupation, degrees=unrelated, careers=a_year) == "not_eligible"
    before = [career("2019-01-01", days=YEAR)]  # the degree is of 30 June 2020
    assert verdict(occupation, degrees=[degree("associate")], careers=before) == "not_eligible"


@pytest.mark.parametrize(
    ("occupation", "expected"),
    [
        ("2111", "not_eligible"),
        ("2231", "not_eligible"),
        ("2342", "eligible"),
        ("2351", "eligible"),
        ("2352", "not_eligible"),
    ],
)
def test_where_a_bachelors_degree_alone_suffices(occupation, expected):
    assert verdict(occupation, degrees=[degree()]) == expected


def test_robotics_has_no_route_by_career_alone():
    long = [career("2005-01-01", days=10 * YEAR)]
    assert verdict("2352", careers=long) == "not_eligible"
    assert verdict("2352", degrees=[degree("associate")], careers=long) == "not_eligible"


@pytest.mark.parametrize(
    ("statuses", "degrees", "expected"),
    [
        ([], [], "eligible"),
        (E_9, [], "not_eligible"),
        (E_9, [degree("associate", related=False)], "eligible"),
        ([{"code": "D-2", "from": "2015-01-01", "to": "2019-10-31"}], [], "eligible"),
        (GONE, [], "undecided"),
    ],
)
def test_three_years_after_e_9_need_an_associate_degree_too(statuses, degrees, expected):
    work = [career("2010-01-01", days=3 * YEAR)]
    assert verdict("2351", careers=work, degrees=degrees, statuses=statuses) == expected


# --- returned firms -----------------------------------------------------------------------------
RETURNED_FIRM = changed(DAEGU, **RETURNED)
NOT_CERTIFIED = {name: value for name, value in ABROAD.items() if name != "certified_by"}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, "eligible"),
        ({"achievements": [{"kind": "press"}]}, "eligible"),
        ({"achievements": [{"kind": "patent"}]}, "not_eligible"),
        ({"achievements": []}, "not_eligible"),
        ({"licences": []}, "not_eligible"),
        ({"careers": [{**ABROAD, "certified_by": "chamber"}]}, "not_eligible"),
        ({"careers": [{**ABROAD, "group_company": False}]}, "not_eligible"),
        ({"employer": {"returned_firm": False}}, "not_eligible"),
        # With a related bachelor's degree none of licence, award and certificate is asked for.
        (
            {
                "degrees": [degree()],
                "licences": [],
                "achievements": [],
                "careers": [NOT_CERTIFIED],
            },
            "eligible",
        ),
    ],
)
@pytest.mark.parametrize("occupation", ["2111", "2342", "2352"])
def test_the_concession_for_returned_firms(occupation, changes, expected):
    found = judged(SLUG, changed(RETURNED_FIRM, job={"occupation": occupation}, **changes))
    code = {"2111": "life-science", "2342": "electronics", "2352": "robotics"}[occupation]
    node = leaf(found.tree, f"{code}-returned-firm")
    assert {"met": "eligible", "not_met": "not_eligible"}.get(node["verdict"]) == expected


@pytest.mark.parametrize("occupation", ["2231", "2351"])
def test_the_concession_covers_three_occupations_only(occupation):
    assert verdict(occupation, RETURNED_FIRM) == "not_eligible"


# --- mechanical engineers -----------------------------------------------------------------------
@pytest.mark.parametrize(
    ("nationals", "allowed"), [(4, 1), (5, 2), (7, 2), (8, 2), (12, 4), (13, 4), (23, 7)]
)
def test_thirty_per_cent_of_the_nationals_rounded_half_up(nationals, allowed):
    def firm(foreigners):
        employer = {"insured_nationals": nationals, "foreign_workers": foreigners}
        return verdict("2351", degrees=[degree()], employer=employer)

    assert firm(allowed - 1) == "eligible"
    assert firm(allowed) == "not_eligible"


def test_five_regular_workers_and_three_engineers_at_most():
    def firm(regular=5, engineers=2, occupation="2351"):
        return verdict(
            occupation,
            degrees=[degree()],
            employer={"regular_workers": regular},
            own={"mechanical_engineers": engineers},
        )

    assert firm() == "eligible"
    assert firm(regular=4) == "not_eligible"
    assert firm(engineers=3) == "not_eligible"
    # For the other occupations there is no such limit.
    assert firm(regular=1, engineers=9, occupation="2342") == "eligible"


def test_the_workplace_is_in_daegu_and_the_pay_at_the_floor():
    assert verdict("2342", degrees=[degree()], job={"region": "gyeonggi/suwon"}) == "not_eligible"
    assert verdict("2342", degrees=[degree()], job={"annual_pay": 31_119_999}) == "not_eligible"
