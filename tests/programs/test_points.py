"""Points tables: bands, caps, parts in parts, what is taken off, and the way to a floor."""

import json
from datetime import date
from itertools import product

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from programs.figures import Figures, FigureValue
from programs.rules.words import point_rows
from tests.programs.rulebook import F, T, U, judged, part, problems, rules, truth

INCOME = {"average": "incomes.amount", "newest": 2, "by": "year"}


def fact(path, **asked):
    return {"fact": path, **asked}


def income(points, least):
    return {"points": points, "number": INCOME, "at_least": least}


def topik(points, level):
    return {
        "points": points,
        "any_of": [
            {"has": "languages", "where": {"test": "topik", "level": {"at_least": level}}},
            {"has": "languages", "where": {"test": "kiip", "level": {"at_least": level}}},
        ],
    }


def age(points, least, most):
    return {"points": points, "fact": "candidate.age", "at_least": least, "at_most": most}


def by(points, who):
    return {"points": points, "has": "recommendations", "where": {"by": who}}


def fines(points, count):
    return {
        "points": points,
        "has": "penalties",
        "where": {"kind": "fine"},
        "count": count,
    }


# The table of the skilled workers' points, in short.
TABLE = {
    "parts": [
        part("income", "best_of", income(50, 25_000_000), income(65, 30_000_000)),
        part("korean", "best_of", topik(50, 2), topik(80, 3), topik(120, 4)),
        part("age", "best_of", age(40, 19, 26), age(60, 27, 33), age(30, 34, 40)),
        part(
            "bonus",
            "sum_of",
            part("one", "best_of", by(30, "ministry"), by(30, "province")),
            by(50, "employer"),
            {"points": 10, "has": "licences", "where": {"code": "driving"}},
            at_most=90,
        ),
        part(
            "off",
            "take_off",
            part("fines", "best_of", fines(5, 1), fines(10, 2), fines(20, 3)),
            {
                "points": 5,
                "has": "penalties",
                "where": {"kind": "immigration"},
                "code": "immigration",
            },
            at_most=20,
        ),
    ]
}
RULE = {
    "all_of": [
        {"code": "total", "number": {"points": "total"}, "at_least": 200},
        {"code": "income", "number": {"points": "income"}, "at_least": 50},
        {"code": "korean", "number": {"points": "korean"}, "at_least": 50},
    ]
}
E74 = rules(RULE, points=TABLE)


def person(income_of=31_000_000, level=2, birth="1996-05-05", by=("province",), **more):
    """31 million (65), TOPIK 2 (50), 30 years (60), the province (30): 205 points."""
    return {
        "candidate": {"birth_date": birth},
        "incomes": [{"year": year, "amount": income_of} for year in (2025, 2024)],
        "languages": [{"test": "topik", "level": level}],
        "recommendations": [{"by": who} for who in by],
        "licences": [],
        "penalties": [],
        **more,
    }


def total(facts):
    table = judged(E74, facts).tree["points"]
    return table["least"], table["most"]


def test_the_worked_examples():
    assert total(person()) == (20_500, 20_500)
    assert judged(E74, person()).verdict == "eligible"
    assert total(person(by=())) == (17_500, 17_500)
    assert judged(E74, person(by=())).verdict == "not_eligible"


def test_a_minimum_of_a_part_is_not_made_up_for_elsewhere():
    rich_in_the_rest = person(24_900_000, level=4, by=("province", "employer"))
    assert total(rich_in_the_rest) == (26_000, 26_000)
    found = judged(E74, rich_in_the_rest)
    assert found.verdict == "not_eligible"
    assert [child["verdict"] for child in found.tree["children"]] == ["met", "not_met", "met"]


@pytest.mark.parametrize(
    ("amount", "points"),
    [(24_999_999, 0), (25_000_000, 50), (29_999_999, 50), (30_000_000, 65)],
)
def test_bands_at_their_edges(amount, points):
    rule = rules({"number": {"points": "income"}, "is": points}, points=TABLE)
    assert truth(rule, person(amount)) is T


@pytest.mark.parametrize(
    ("birth", "points"),
    [
        ("2007-11-24", 0),  # 18
        ("2007-11-23", 40),  # 19
        ("1999-11-24", 40),  # 26
        ("1999-11-23", 60),  # 27
        ("1992-11-24", 60),  # 33
        ("1992-11-23", 30),  # 34
        ("1985-11-23", 0),  # 41
    ],
)
def test_the_age_of_the_day(birth, points):
    rule = rules({"number": {"points": "age"}, "is": points}, points=TABLE)
    assert truth(rule, person(birth=birth)) is T


def test_only_one_of_two_recommendations_counts_and_a_part_has_its_cap():
    def bonus(*who, **more):
        rule = {"number": {"points": "bonus"}, "at_least": 0}
        found = judged(rules(rule, points=TABLE), person(by=who, **more))
        return found.tree["observed"]["least"]

    assert bonus("ministry", "province") == 3_000
    assert bonus("ministry", "employer") == 8_000
    assert bonus("ministry", "employer", licences=[{"code": "driving"}]) == 9_000
    small = {"parts": [{**TABLE["parts"][3], "at_most": 70}]}
    rule = rules({"number": {"points": "bonus"}, "is": 70}, points=small)
    assert truth(rule, person(by=("ministry", "employer"))) is T


def test_what_is_taken_off_has_its_cap():
    one = [{"kind": "fine"}]
    other = [{"kind": "immigration"}]
    assert total(person(penalties=one)) == (20_000, 20_000)
    assert judged(E74, person(penalties=one)).verdict == "eligible"
    assert judged(E74, person(penalties=one + other)).verdict == "not_eligible"
    assert total(person(penalties=one * 2)) == (19_500, 19_500)
    assert total(person(penalties=one * 3 + other)) == (18_500, 18_500)


# --- what is not known -------------------------------------------------------------------
def test_missing_facts_make_an_interval():
    facts = person()
    del facts["recommendations"]
    found = judged(E74, facts)
    assert total(facts) == (17_500, 25_500)
    assert (found.verdict, found.needs) == ("undecided", ["recommendations"])
    del facts["penalties"]
    assert total(facts) == (15_500, 25_500)
    assert judged(E74, facts).needs == ["recommendations", "penalties"]


def test_enough_without_it_no_longer_matters():
    facts = person(level=4, by=("employer",))
    facts["recommendations"].append({})
    assert judged(E74, facts).verdict == "eligible"


def test_what_cannot_be_reached_any_more_is_not_asked_for():
    facts = person(level=1, by=())
    del facts["licences"]
    found = judged(E74, facts)
    assert (found.verdict, found.needs) == ("not_eligible", [])


def test_a_band_below_the_one_that_is_met_is_not_asked_for():
    facts = person()
    facts["languages"] = [{"test": "topik", "level": 3}, {"test": "kiip"}]
    korean = judged(E74, facts).tree["points"]["parts"][1]
    assert (korean["least"], korean["most"]) == (8_000, 12_000)
    assert korean["missing"] == ["languages[1].level"]
    facts["languages"][0]["level"] = 4
    korean = judged(E74, facts).tree["points"]["parts"][1]
    assert (korean["least"], korean["missing"]) == (12_000, [])


def test_a_lower_band_that_is_open_is_not_asked_for_beside_a_higher_one():
    table = {
        "parts": [
            part(
                "best",
                "best_of",
                by(30, "ministry"),
                {"points": 20, "has": "licences"},
                {"points": 40, "has": "trainings"},
            )
        ]
    }
    rule = rules({"number": {"points": "best"}, "at_least": 40}, points=table)
    facts = {"recommendations": [{"by": "ministry"}]}
    assert judged(rule, facts).needs == ["trainings"]
    assert judged(rule, {"recommendations": []}).needs == ["licences", "trainings"]


FACTS = {
    "level": (1, 2, 3, 4),
    "income": (24, 25, 31),
    "birth": ("1970-01-01", "1996-05-05"),
    "by": ((), ("employer",), ("ministry", "province")),
    "fines": (0, 1, 3),
}


def _made(level, income, birth, by, fines):
    facts = {}
    if level is not None:
        facts["languages"] = [{"test": "topik", "level": level}]
    if income is not None:
        facts["incomes"] = [{"year": year, "amount": income * 10**6} for year in (2025, 2024)]
    if birth is not None:
        facts["candidate"] = {"birth_date": birth}
    if by is not None:
        facts["recommendations"] = [{"by": one} for one in by]
    if fines is not None:
        facts["penalties"] = [{"kind": "fine"}] * fines
    return {**facts, "licences": []}


KNOWN = st.tuples(*(st.sampled_from([None, *values]) for values in FACTS.values()))


@given(KNOWN)
def test_a_certain_outcome_and_its_points_survive_whatever_becomes_known(known):
    early = judged(E74, _made(*known))
    table = early.tree["points"]
    completions = [
        (one,) if one is not None else values
        for one, values in zip(known, FACTS.values(), strict=True)
    ]
    for complete in product(*completions):
        late = judged(E74, _made(*complete))
        points = late.tree["points"]["least"]
        assert points == late.tree["points"]["most"]
        assert table["least"] <= points <= table["most"]
        assert early.verdict in ("undecided", late.verdict)


# --- for each ----------------------------------------------------------------------------
def yearly(**more):
    entry = {
        "points": 5,
        "text": {"ko": "규칙", "en": "rule"},
        "for_each": 365,
        "of": {"experience": {}},
        **more,
    }
    table = {"parts": [part("work", "sum_of", {**entry, "names": None})]}
    del table["parts"][0]["sum_of"][0]["names"]
    return table


@pytest.mark.parametrize(
    ("days", "points"), [(0, 0), (364, 0), (365, 5), (729, 5), (730, 10), (1460, 20), (9999, 20)]
)
def test_points_for_each_whole_year(days, points):
    rule = rules({"number": {"points": "total"}, "is": points}, points=yearly(at_most=20))
    share = {"from": "1999-01-01", "to": "2026-06-30", "share": 100}
    careers = [share] if days == 9999 else []
    if 0 < days < 9999:
        careers = [{"from": "2022-01-01", "to": _end(days), "share": 100}]
    assert truth(rule, {"careers": careers}) is T
    assert truth(rule, {}) is U


def _end(days):
    from datetime import date, timedelta

    return (date(2022, 1, 1) + timedelta(days=days - 1)).isoformat()


def test_points_without_a_limit_are_plain_json():
    rule = rules({"number": {"points": "total"}, "at_least": 1}, points=yearly())
    table = judged(rule, {}).tree["points"]
    assert (table["least"], table["most"]) == (0, None)
    assert "Infinity" not in json.dumps(table)


@pytest.mark.parametrize(("careers", "change"), [(None, "now"), ([], "later")])
def test_what_more_points_for_each_year_take(careers, change):
    """Work that nobody has told is told now; more work takes its time."""
    rule = rules({"number": {"points": "total"}, "at_least": 5}, points=yearly())
    (way,) = judged(rule, {} if careers is None else {"careers": careers}).ways
    assert [leaf["change"] for leaf in way] == [change]


# --- decimals ----------------------------------------------------------------------------
def test_decimals_are_kept_in_hundredths():
    table = {
        "parts": [
            part(
                "b1",
                "best_of",
                {"points": "22.4", "fact": "employer.e74_workers", "at_least": 5},
                {"points": "30", "fact": "employer.e74_workers", "at_most": 4},
            ),
            part("bonus", "sum_of", {"points": "0.05", "fact": "job.annual_pay", "at_least": 1}),
        ]
    }
    facts = {"employer": {"e74_workers": 5}, "job": {"annual_pay": 1}}
    for asked, expected in (("22.45", T), ("22.46", F), (22, T), (23, F)):
        rule = rules({"number": {"points": "total"}, "at_least": asked}, points=table)
        assert truth(rule, facts) is expected
    halves = {"number": {"minus": [{"points": "b1"}, {"points": "bonus"}]}, "is": "22.35"}
    assert truth(rules(halves, points=table), facts) is T
    beside = {"number": {"points": "b1"}, "more_than": "employer.e74_workers"}
    assert truth(rules(beside, points=table), facts) is T


# --- reading -----------------------------------------------------------------------------
BAND = {"points": 5, "fact": "candidate.age", "at_least": 1}


@pytest.mark.parametrize(
    ("table", "place", "words"),
    [
        ({}, "points", "`parts` is missing"),
        ({"parts": []}, "points.parts", "0 items"),
        ({"parts": [part("a", "best_of", {**BAND, "points": "x"})]}, "best_of[0].points", "points"),
        ({"parts": [part("a", "best_of", {**BAND, "points": "1.234"})]}, "[0].points", "points"),
        ({"parts": [part("a", "best_of", {"fact": "candidate.age"})]}, "best_of[0]", "without"),
        ({"parts": [part("total", "best_of", BAND)]}, "parts[0].code", "a second time"),
        (
            {"parts": [part("a", "best_of", BAND), part("a", "sum_of", BAND)]},
            "parts[1].code",
            "a second time",
        ),
        (
            {"parts": [part("a", "sum_of", part("b", "take_off", BAND))]},
            "sum_of[0].take_off",
            "within a part",
        ),
        (
            {"parts": [{"code": "a", "names": {"ko": "가", "en": "a"}}]},
            "parts[0]",
            "none of them",
        ),
        (
            {"parts": [part("a", "sum_of", {**BAND, "number": 1, "at_least": {"points": "a"}})]},
            "sum_of[0]",
            "`fact` and `number`",
        ),
        (
            {
                "parts": [
                    part("a", "sum_of", {"points": 1, "number": {"points": "a"}, "at_least": 1})
                ]
            },
            "sum_of[0].number",
            "within the points table",
        ),
        ({"parts": [part("a", "sum_of", {**BAND, "worth": 1})]}, "sum_of[0].worth", "unknown key"),
    ],
)
def test_each_mistake_is_said_at_its_place(table, place, words):
    found = problems(points=table)
    assert any(place in line and words in line for line in found), found


def test_a_rule_asks_for_a_part_that_there_is():
    (line,) = problems({"number": {"points": "nothing"}, "at_least": 1}, points=TABLE)
    assert line.startswith("requirements.number.points: unknown part `nothing`")
    assert "total" in line


# --- words -------------------------------------------------------------------------------
def test_the_table_in_words():
    facts = person()
    del facts["recommendations"]
    with translation.override("ko"):
        rows = point_rows(judged(E74, facts).tree)
    assert (rows[0].depth, rows[0].points) == (0, "175점, 확인되면 최대 255점")
    assert [row.points for row in rows if row.depth == 1] == [
        "65점",
        "50점",
        "60점",
        "0점, 확인되면 최대 80점 (최대 90점)",
        "0점 (최대 -20점)",
    ]
    assert [row.worth for row in rows if row.depth == 2][:2] == ["50점", "65점"]
    assert point_rows(judged({"fact": "candidate.age", "at_least": 1}, {}).tree) == []


FLOOR = Figures(
    [FigureValue("floor", 31_120_000, "won", date(2026, 1, 1), None, {"ko": "하한", "en": "Floor"})]
)


def test_points_taken_off_are_below_zero_and_bands_say_what_they_ask():
    fine = {"points": 5, "has": "penalties", "where": {"kind": "fine"}}
    paid = {"points": 10, **fact("job.annual_pay", at_least={"figure": "floor"})}
    table = {"parts": [part("pay", "best_of", paid), part("off", "take_off", fine, at_most=20)]}
    written = rules({"number": {"points": "total"}, "at_least": 1}, points=table)
    with translation.override("ko"):
        known = point_rows(judged(written, {"penalties": [{"kind": "fine"}]}, figures=FLOOR).tree)
        open_ = point_rows(judged(written, {}).tree)
        clean = point_rows(judged(written, {"penalties": []}).tree)
    assert [(row.points, row.worth) for row in known[3:]] == [
        ("-5점 (최대 -20점)", ""),
        ("-5점", "-5점"),
    ]
    assert [row.points for row in open_[3:]] == [
        "0점, 확인되면 -5점 (최대 -20점)",
        "0점, 확인되면 -5점",
    ]
    assert [row.points for row in clean[3:]] == ["0점 (최대 -20점)", "0점"]
    assert known[2].required == "31,120,000원 이상 (하한)"
    assert (open_[2].points, open_[2].worth) == ("0점, 확인되면 최대 10점", "10점")


# --- the way to a floor ------------------------------------------------------------------
def ways(facts):
    return [
        sorted((node["text"]["en"] and node.get("gives"), node["change"]) for node in way)
        for way in judged(E74, facts).ways
    ]


def test_the_smallest_sets_of_bands_that_reach_the_floor():
    facts = person(by=())  # 175
    found = judged(E74, facts).ways
    assert [len(way) for way in found] == [1, 1, 1]
    assert {node["change"] for way in found for node in way} == {"now"}
    assert {node["gives"] for way in found for node in way} <= {3_000, 5_000}
    assert all(node["wanted"] == "met" for way in found for node in way)


def test_two_bands_where_one_does_not_suffice():
    facts = person(level=1, by=())  # 125, and no Korean
    found = judged(E74, facts).ways
    # 50 for TOPIK 2 and 30 for a recommendation; or 80 for TOPIK 3 alone.
    assert [node["gives"] for node in found[0]] == [8_000]
    assert all(
        sum(node["gives"] for node in way) >= 7_500
        and any(node["gives"] in (5_000, 8_000, 12_000) for node in way)
        for way in found
    )


def test_the_lowest_band_that_suffices_is_told_with_what_it_adds():
    facts = person(26_000_000, by=("province", "employer"), birth="1970-01-01")
    assert total(facts) == (18_000, 18_000)
    # 80 for TOPIK 3 instead of 50, not 120 for TOPIK 4; or 65 for 30 million and a licence.
    assert [
        [(node["points"], node["gives"]) for node in way] for way in judged(E74, facts).ways
    ] == [[(8_000, 3_000)], [(6_500, 1_500), (1_000, 1_000)]]


def test_nobody_becomes_younger():
    facts = person(birth="1970-01-01", by=())  # 115
    for way in judged(E74, facts).ways:
        assert "never" not in {node["change"] for node in way}
        assert all(node["kind"] != "fact" for node in way)


def test_what_was_taken_off_stays_taken_off():
    facts = person(penalties=[{"kind": "fine"}] * 2)  # 195
    for way in judged(E74, facts).ways:
        assert {node["wanted"] for node in way} == {"met"}


def test_each_way_really_reaches_the_floor():
    """Make the facts of each way true, and the person is eligible."""
    made_true = {
        "ministry": lambda facts: facts["recommendations"].append({"by": "ministry"}),
        "employer": lambda facts: facts["recommendations"].append({"by": "employer"}),
    }
    facts = person(level=2, by=(), birth="1985-01-01")  # 65 + 50 + 0
    for way in judged(E74, facts).ways:
        later = json.loads(json.dumps(facts))
        for node in way:
            if node["kind"] == "has":
                who = node["required"]["where"].get("by", {}).get("is")
                if who in made_true:
                    made_true[who](later)
                elif who == "province":
                    later["recommendations"].append({"by": "province"})
                else:
                    later["licences"].append({"code": "driving"})
            elif node["kind"] == "any_of":
                level = node["children"][0]["required"]["where"]["level"]["at_least"]
                later["languages"].append({"test": "topik", "level": level})
            else:
                least = node["required"]["at_least"]["least"]
                later["incomes"] = [{"year": year, "amount": least} for year in (2025, 2024)]
        assert judged(E74, later).verdict == "eligible", way
