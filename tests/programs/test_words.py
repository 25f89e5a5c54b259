"""An explained tree in words, in both languages."""

import pytest
from django.utils import translation

from programs.rules.measure_words import points_words
from programs.rules.words import fact_words, observed_words, required_words, rows
from tests.programs.dossiers import CARE_WORKER, GONE, KOTRA, career, changed, degree, judged, leaf
from tests.programs.rulebook import judged as judged_alone

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
        ("route-4", {}, ("0년 0개월 (0일)", "5년 (1,825일) 이상")),
        (
            "route-4",
            {"careers": [career("2021-01-01", days=400)]},
            ("1년 1개월 (400일)", "5년 (1,825일) 이상"),
        ),
        (
            "route-4",
            {"careers": [{"from": "2021-01-01", "to": "2021-01-31", "related": True}]},
            ("0년 0개월 (0일) 확인되면 최대 31일", "5년 (1,825일) 이상"),
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
    assert {"응용 소프트웨어 개발자 (2223)", "수원시"} <= {row.observed for row in rows(tree)}
    with translation.override("en"):
        assert {"Application software developer (2223)", "Suwon-si"} <= {
            row.observed for row in rows(tree)
        }


def test_codes_that_are_asked_for_are_said_by_their_names():
    tree = judged("gyeonggi", {"job": {"occupation": "2224"}}).tree
    asked = {row.required for row in rows(tree)}
    assert "다음 가운데 하나: 웹 개발자 (2224), 요양보호사 (42111)" in asked


def test_amounts_of_one_are_singular_in_english():
    with translation.override("en"):
        node = {"kind": "experience", "required": {"years": 1, "days": 365}}
        assert required_words(node) == "1 year (365 days) or more"


def test_an_unknown_code_is_said_as_it_is():
    tree = judged("gyeonggi", {"job": {"occupation": "9999"}}).tree
    assert "9999" in {row.observed for row in rows(tree)}


# --- measures ----------------------------------------------------------------------------
SHARE = {"percent": 30, "of": "employer.insured_nationals", "rounding": "up", "minimum": 1}
TENTHS = {"per": 100_000_000, "of": "employer.annual_works", "give": "0.4", "rounding": "up"}


@pytest.mark.parametrize(
    ("rule", "facts", "expected"),
    [
        (
            {"number": "employer.e74_workers", "at_most": SHARE},
            {"employer": {"e74_workers": 2, "insured_nationals": 5}},
            ("2명", "2명 이하 (내국인 피보험자 수 5명 × 30 %)"),
        ),
        (
            {"number": "employer.e74_workers", "at_most": SHARE},
            {},
            ("알 수 없음", "내국인 피보험자 수 × 30 % 이하"),
        ),
        (
            {"number": "employer.e74_workers", "at_most": TENTHS},
            {"employer": {"e74_workers": 1, "annual_works": 260_000_000}},
            ("1명", "2명 이하 (연간 공사 금액 260,000,000원, 100,000,000원마다 0.4)"),
        ),
        (
            {"number": {"sum": "incomes.amount"}, "at_least": 25_000_000},
            {"incomes": [{"year": 2025, "amount": 31_000_000}]},
            ("31,000,000원", "25,000,000원 이상"),
        ),
        ({"number": {"count": "careers"}, "at_least": 2}, {"careers": [{}]}, ("1건", "2건 이상")),
        ({"number": {"count": "careers"}, "at_least": 2}, {}, ("알 수 없음", "2건 이상")),
        ({"number": {"experience": {}}, "at_least": 365}, {"careers": []}, ("0일", "365일 이상")),
        (
            {"number": "job.annual_pay", "at_least": {"highest": ["job.monthly_pay", 5]}},
            {"job": {"annual_pay": 6, "monthly_pay": 4}},
            ("6원", "5원 이상 (가운데 큰 값: 월 임금, 5)"),
        ),
        (
            {"number": "job.annual_pay", "at_least": {"figure": "nowhere"}},
            {"job": {"annual_pay": 6}},
            ("6원", "아직 발표되지 않은 기준값 이상"),
        ),
        (
            {"fact": "employer.registered_on", "before": {"months": 3}},
            {"employer": {"registered_on": "2026-01-05"}},
            ("2026. 1. 5.", "3개월 전 또는 그 앞 (2026. 8. 23.까지)"),
        ),
        (
            {"fact": "employer.registered_on", "within": {"days": 10}},
            {},
            ("알 수 없음", "최근 10일 안 (2026. 11. 13.부터)"),
        ),
        (
            {"fact": "job.from", "not_before": {"fact": "candidate.current_employer_since"}},
            {"candidate": {"current_employer_since": "2026-01-01"}, "job": {"from": "2026-01-02"}},
            ("2026. 1. 2.", "2026. 1. 1. 또는 그 뒤 (현 근무처 근무 시작일)"),
        ),
        (
            {"fact": "job.months", "at_least": 24},
            {"job": {"from": "2026-01-01", "to": None}},
            ("끝나는 날 없음", "24개월 이상"),
        ),
        (
            {"number": "job.months", "at_least": 24},
            {"job": {"from": "2026-01-01", "to": None}},
            ("끝나는 날 없음", "24개월 이상"),
        ),
        (
            {"fact": "job.to", "after": {"months": 6}},
            {"job": {"from": "2026-01-01", "to": None}},
            ("끝나는 날 없음", "6개월 뒤 또는 그 뒤 (2027. 5. 23.부터)"),
        ),
        (
            {"fact": "candidate.age", "at_most": 40},
            {"candidate": {"birth_date": "1996-01-01"}},
            ("30세", "40세 이하"),
        ),
        (
            {"number": "candidate.age", "at_most": 40},
            {"candidate": {"birth_date": "1996-01-01"}},
            ("30세", "40세 이하"),
        ),
        (
            {"number": {"days_since": "employer.registered_on"}, "at_least": 365},
            {"employer": {"registered_on": "2026-11-13"}},
            ("10일", "365일 이상"),
        ),
        ({"number": {"days_since": "job.from"}, "at_least": 365}, {}, ("알 수 없음", "365일 이상")),
        (
            {"number": "job.annual_pay", "at_least": {"times": 12, "of": "job.monthly_pay"}},
            {"job": {"annual_pay": 24, "monthly_pay": 2}},
            ("24원", "24원 이상 (월 임금 2원 × 12)"),
        ),
        # Points of a test are whole numbers, those of the table hundredths.
        (
            {"number": {"largest": "languages.score"}, "at_least": 60},
            {"languages": [{"test": "topik", "score": 70}]},
            ("70점", "60점 이상"),
        ),
    ],
)
def test_measures_in_words(rule, facts, expected):
    tree = judged_alone(rule, facts).tree
    assert (observed_words(tree), required_words(tree)) == expected


PAY, NATIONALS, REGULAR = (
    "job.monthly_pay",
    "employer.insured_nationals",
    "employer.regular_workers",
)


@pytest.mark.parametrize(
    ("measure", "how"),
    [
        (
            {"minus": [{"highest": [NATIONALS, REGULAR]}, "employer.e74_workers"]},
            "(가운데 큰 값: 내국인 피보험자 수, 상시근로자 수) − 고용 중인 E-7-4 외국인 수",
        ),
        (
            {"minus": ["employer.e74_workers", {"minus": [NATIONALS, REGULAR]}]},
            "고용 중인 E-7-4 외국인 수 − (내국인 피보험자 수 − 상시근로자 수)",
        ),
        (
            {"minus": [{"minus": [NATIONALS, REGULAR]}, 1]},
            "내국인 피보험자 수 − 상시근로자 수 − 1",
        ),
        (
            {"times": 2, "of": {"minus": [{"days_since": "job.from"}, REGULAR]}},
            "(계약 시작일부터 지난 날 − 상시근로자 수) × 2",
        ),
        (
            {"percent": 30, "of": {"plus": [NATIONALS, REGULAR]}, "rounding": "up"},
            "(내국인 피보험자 수 + 상시근로자 수) × 30 %",
        ),
        (
            {"highest": [{"lowest": [NATIONALS, REGULAR]}, {"plus": [REGULAR, 1]}]},
            "가운데 큰 값: (가운데 작은 값: 내국인 피보험자 수, 상시근로자 수), 상시근로자 수 + 1",
        ),
        (
            {
                "plus": [
                    {"brackets": [{"limit": 3}], "of": {"lowest": [NATIONALS, REGULAR]}},
                    {"percent": 30, "of": REGULAR, "rounding": "up"},
                ]
            },
            "(가운데 작은 값: 내국인 피보험자 수, 상시근로자 수) + 상시근로자 수 × 30 %",
        ),
    ],
)
def test_a_measure_within_another_keeps_its_place(measure, how):
    tree = judged_alone({"number": "employer.foreign_workers", "at_most": measure}, {}).tree
    assert required_words(tree) == f"{how} 이하"


def trained(*hours):
    return {"trainings": [{} if one is None else {"hours": one} for one in hours]}


@pytest.mark.parametrize(
    ("asked", "facts", "expected"),
    [
        ({"at_least": 300}, trained(250, None), "250시간 또는 그보다 많음"),
        ({"at_least": 300}, trained(None), "알 수 없음"),
        ({"at_least": 200}, trained(250, None), "250시간 또는 그보다 많음"),
        ({"at_most": 200}, trained(250, None), "250시간 또는 그보다 많음"),
        ({"at_least": 300}, trained(250), "250시간"),
    ],
)
def test_what_a_fact_could_be_at_all_is_no_bound_to_tell(asked, facts, expected):
    tree = judged_alone({"number": {"sum": "trainings.hours"}, **asked}, facts).tree
    assert observed_words(tree) == expected


MEASURED = {"sum": "trainings.hours", "where": {"code": "gaon"}}


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"at_least": 300}, "250시간, 확인되면 최대 340시간"),
        ({"at_least": 400}, "250시간, 확인되면 최대 340시간"),
        ({"at_most": 340}, "250시간, 확인되면 최대 340시간"),
        ({"at_least": 250}, "250시간 또는 그보다 많음"),
    ],
)
def test_a_bound_that_may_be_reached_is_told_until_the_rule_is_met(asked, expected):
    facts = {"trainings": [{"code": "gaon", "hours": 250}, {"hours": 90}]}
    tree = judged_alone({"number": MEASURED, **asked}, facts).tree
    assert observed_words(tree) == expected


def test_what_is_taken_away_without_a_limit_leaves_nothing_to_tell():
    rest = {"minus": [1000, {"sum": "trainings.hours"}]}
    tree = judged_alone({"number": rest, "at_least": 300}, trained(250, None)).tree
    assert observed_words(tree) == "알 수 없음"


TOPIK = {"test": "topik", "level": {"at_least": 4}, "taken_on": {"within": {"years": 2}}}


@pytest.mark.parametrize(
    ("group", "where", "items", "expected"),
    [
        (
            "languages",
            TOPIK,
            [{"test": "topik", "level": 3, "taken_on": "2024-06-09", "score": 100}],
            "한국어능력시험 (TOPIK), 등급·단계: 3, 2024. 6. 9.",
        ),
        (
            "languages",
            TOPIK,
            [{"test": "topik", "level": 4}],
            "한국어능력시험 (TOPIK), 등급·단계: 4",
        ),
        ("languages", TOPIK, [{}], "1건 가운데 0건 해당"),
        ("languages", TOPIK, [{"level": 3}, {"level": 2}], "2건 가운데 0건 해당"),
        (
            "languages",
            TOPIK,
            [{"test": "topik", "level": 4, "taken_on": "2026-06-09"}],
            "1건 가운데 1건 해당",
        ),
        (
            "degrees",
            {"level": {"at_least": "doctor"}, "related": True},
            [{"level": "master", "related": False, "awarded_on": "2020-01-01"}],
            "석사, 직무 관련 전공: 아니요, 2020. 1. 1.",
        ),
        (
            "licences",
            {"code": "b", "valid_until": {"not_before": "2026-01-01"}},
            [{"code": "a", "valid_until": None}],
            "a, 유효기간: 끝나는 날 없음",
        ),
        (
            "careers",
            {"from": {"not_after": "2020-01-01"}, "to": {"not_before": "2026-01-01"}},
            [{"from": "2021-01-01", "to": None}],
            "2021. 1. 1., 계속",
        ),
        (
            "incomes",
            {"year": 2025, "amount": {"at_least": 5000}},
            [{"year": 2025, "amount": 4000}],
            "2025, 4,000원",
        ),
    ],
)
def test_one_item_that_is_not_as_asked_is_said(group, where, items, expected):
    tree = judged_alone({"has": group, "where": where}, {group: items}).tree
    assert observed_words(tree) == expected


def test_some_of_in_words():
    paid = {"text": {"ko": "규칙", "en": "rule"}, "fact": "job.annual_pay", "at_least": 1}
    tree = judged_alone({"some_of": {"count": 2, "of": [paid] * 3}}, {}).tree
    assert (observed_words(tree), required_words(tree)) == (
        "3가지 가운데 0가지 충족",
        "2가지 이상",
    )


@pytest.mark.parametrize(
    ("hundredths", "words"),
    [(0, "0"), (20_000, "200"), (1_250, "12.5"), (5, "0.05"), (-1_050, "-10.5")],
)
def test_points_have_as_many_decimals_as_they_need(hundredths, words):
    assert points_words(hundredths) == words
