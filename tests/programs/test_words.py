"""An explained tree in words, in both languages."""

import pytest
from django.utils import translation

from programs.rules.words import fact_words, observed_words, required_words, rows
from tests.programs.dossiers import CARE_WORKER, GONE, KOTRA, career, changed, degree, judged, leaf

SLUG = "kotra-recommendation"


@pytest.fixture(autouse=True)
def _korean():
    with translation.override("ko"):
        yield


def words(code, facts=KOTRA, slug=SLUG):
    node = leaf(judged(slug, facts).tree, code)
    return observed_words(node), required_words(node)


@pytest.mark.parametrize(
    ("code", "changes", "expected"),
    [
        ("pay-year", {}, ("31,120,000원", "31,120,000원 이상 (E-7-1 연간 임금 하한)")),
        (
            "pay-year",
            {"job": {"annual_pay": GONE}},
            ("알 수 없음", "31,120,000원 이상 (E-7-1 연간 임금 하한)"),
        ),
        ("no-arrears", {}, ("아니요", "아니요")),
        ("occupation", {}, ("응용 소프트웨어 개발자 (2223)", "프로그램의 목록에 있음")),
        ("route-1", {"degrees": [degree(), degree("master")]}, ("2건 가운데 1건 해당", "1건 이상")),
        ("route-1", {"degrees": GONE}, ("알 수 없음", "1건 이상")),
        ("route-4", {}, ("0년 0개월 (0일)", "5년 (1825일) 이상")),
        (
            "route-4",
            {"careers": [career("2021-01-01", days=400)]},
            ("1년 1개월 (400일)", "5년 (1825일) 이상"),
        ),
        (
            "route-4",
            {"careers": [{"from": "2021-01-01", "to": "2021-01-31", "related": True}]},
            ("0년 0개월 (0일) 확인되면 최대 31일", "5년 (1825일) 이상"),
        ),
        ("kotra", {}, ("", "")),
    ],
)
def test_values_in_words(code, changes, expected):
    assert words(code, changed(KOTRA, **changes)) == expected


def test_headcounts_in_words():
    assert words("care-ratio", CARE_WORKER, "gyeonggi") == (
        "외국인 0명 + 1명, 기준 인원 5명",
        "2명 이하",
    )
    unknown = changed(CARE_WORKER, employer={"insured_nationals": GONE})
    assert words("care-ratio", unknown, "gyeonggi") == ("알 수 없음", "")


def test_figures_that_nobody_announced():
    facts = changed(KOTRA, degrees=[degree("master")])
    node = leaf(judged(SLUG, facts, on=judged(SLUG, facts).on.replace(year=2029)).tree, "pay-year")
    assert required_words(node) == "아직 발표되지 않은 기준값"


def test_rows_go_in_order_and_know_where_they_apply():
    found = rows(judged(SLUG, changed(KOTRA, degrees=[degree("master")])).tree)
    assert found[0].depth == 0
    assert [row.code for row in found if row.depth == 1] == [
        "technology-field",
        "occupation",
        "qualification",
        "pay",
        "employer",
        "returned-firm",
        "nationals",
    ]
    # The occupation is another: what would be asked of a web developer does not apply.
    assert not next(row for row in found if row.code == "nationals-ratio").applies
    assert next(row for row in found if row.code == "route-4").applies


def test_sources_reasons_and_languages():
    tree = judged(SLUG, changed(KOTRA, job={"occupation": "2351"})).tree
    row = next(row for row in rows(tree) if row.code == "occupation")
    assert row.reason.startswith("남용 사례가 있어")
    assert row.sources == ("법무부 사증발급 안내매뉴얼, pp.187 ff.",)
    with translation.override("en"):
        row = next(row for row in rows(tree) if row.code == "occupation")
    assert row.text == "The occupation is one that KOTRA recommends."
    assert row.sources == ("Ministry of Justice visa issuance manual, pp.187 ff.",)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("job.annual_pay", "연간 임금 총액"),
        ("careers[0].related", "경력 1: 직무 관련 경력"),
        ("degrees", "학위"),
        ("figure:moj-wage-e-7-1", "아직 발표되지 않은 기준값"),
        ("unheard.of", "unheard.of"),
    ],
)
def test_missing_facts_in_words(path, expected):
    assert fact_words(path) == expected


def test_a_code_is_said_by_the_programmes_own_name():
    facts = {"job": {"occupation": "2223", "region": "gyeonggi/suwon"}}
    tree = judged("gyeonggi", facts).tree
    assert {"응용 소프트웨어 개발자 (2223)", "수원시 (gyeonggi/suwon)"} <= {
        row.observed for row in rows(tree)
    }
    with translation.override("en"):
        assert {"Application software developer (2223)", "Suwon-si (gyeonggi/suwon)"} <= {
            row.observed for row in rows(tree)
        }


def test_an_unknown_code_is_said_as_it_is():
    tree = judged("gyeonggi", {"job": {"occupation": "9999"}}).tree
    assert "9999" in {row.observed for row in rows(tree)}
