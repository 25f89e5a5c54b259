"""What a rule may ask of a fact or of items: periods back, options, other facts, lists."""

from datetime import date

import pytest

from tests.programs.rulebook import WORDS, F, T, U, judged, problems, rules, truth

ON = date(2026, 11, 23)


# --- days back from the day of evaluation ------------------------------------------------
@pytest.mark.parametrize(
    ("asked", "day", "expected"),
    [
        ({"within": {"months": 24}}, "2024-11-23", T),
        ({"within": {"months": 24}}, "2024-11-22", F),
        ({"within": {"years": 2}}, "2024-11-23", T),
        ({"within": {"years": 2}}, "2024-11-22", F),
        ({"within": {"days": 10}}, "2026-11-13", T),
        ({"within": {"days": 10}}, "2026-11-12", F),
        ({"within": {"months": 24}}, "2026-11-23", T),
        ({"within": {"months": 24}}, "2026-11-24", F),
        ({"before": {"months": 12}}, "2025-11-23", T),
        ({"before": {"months": 12}}, "2025-11-24", F),
        ({"before": {"years": 1}}, "2025-11-23", T),
        ({"before": {"days": 1}}, "2026-11-22", T),
        ({"before": {"days": 1}}, "2026-11-23", F),
        ({"within_next": {"months": 6}}, "2026-11-23", T),
        ({"within_next": {"months": 6}}, "2026-11-22", F),
        ({"within_next": {"months": 6}}, "2027-05-23", T),
        ({"within_next": {"months": 6}}, "2027-05-24", F),
        ({"after": {"days": 30}}, "2026-12-23", T),
        ({"after": {"days": 30}}, "2026-12-22", F),
        ({"after": {"years": 1}}, "2027-11-23", T),
        ({"after": {"years": 1}}, "2027-11-22", F),
    ],
)
def test_so_long_ago(asked, day, expected):
    single = rules({"fact": "employer.registered_on", **asked})
    assert truth(single, {"employer": {"registered_on": day}}) is expected
    assert truth(single, {}) is U
    item = rules({"has": "penalties", "where": {"on": asked}})
    assert truth(item, {"penalties": [{"on": day}]}) is expected
    assert truth(item, {"penalties": [{}]}) is U


@pytest.mark.parametrize(
    ("on", "since"),
    [
        (date(2026, 3, 31), "2026-02-28"),
        (date(2024, 3, 31), "2024-02-29"),
        (date(2026, 1, 15), "2025-12-15"),
        (date(2027, 2, 28), "2027-01-28"),
    ],
)
def test_a_month_back_ends_on_the_months_last_day(on, since):
    rule = rules({"fact": "employer.registered_on", "before": {"months": 1}})
    found = judged(rule, {"employer": {"registered_on": since}}, on=on)
    assert found.verdict == "eligible"
    assert found.tree["required"] == {"before": {"months": 1, "since": since}}


def test_what_never_ends_lies_neither_behind_nor_within():
    for asked in ({"within": {"years": 5}}, {"before": {"days": 1}}):
        rule = rules({"has": "statuses", "where": {"to": asked}})
        assert truth(rule, {"statuses": [{"to": None}]}) is F


# --- options -----------------------------------------------------------------------------
LICENCE = {
    "has": "licences",
    "where": {
        "country": "KOR",
        "any_of": [{"code": "welding"}, {"name": "용접", "awarded_on": {"within": {"years": 1}}}],
    },
}


@pytest.mark.parametrize(
    ("licence", "expected"),
    [
        ({"country": "KOR", "code": "welding"}, T),
        ({"country": "KOR", "code": "paint", "name": "용접", "awarded_on": "2026-01-01"}, T),
        ({"country": "KOR", "code": "paint", "name": "용접", "awarded_on": "2020-01-01"}, F),
        ({"country": "VNM", "code": "welding"}, F),
        ({"code": "welding"}, U),
        ({"country": "KOR", "code": "paint"}, U),
        ({"country": "KOR", "code": "paint", "name": "x"}, F),
        ({"country": "VNM"}, F),
        ({"country": "KOR"}, U),
    ],
)
def test_one_option_holds_for_the_same_item(licence, expected):
    assert truth(LICENCE, {"licences": [licence]}) is expected


def test_two_items_do_not_add_up_to_one():
    halves = [
        {"country": "KOR", "code": "paint", "name": "x"},
        {"country": "VNM", "code": "welding"},
    ]
    assert truth(LICENCE, {"licences": halves}) is F


def test_what_an_option_lacks_is_asked_for_only_while_it_matters():
    found = judged(LICENCE, {"licences": [{"country": "KOR", "code": "paint", "name": "용접"}]})
    assert found.needs == ["licences[0].awarded_on"]
    found = judged(LICENCE, {"licences": [{"code": "welding"}]})
    assert found.needs == ["licences[0].country"]
    required = found.tree["required"]["where"]
    assert [sorted(option) for option in required["any_of"]] == [["code"], ["awarded_on", "name"]]


# --- other facts -------------------------------------------------------------------------
def test_a_day_against_another_fact():
    rule = rules({"has": "statuses", "where": {"to": {"not_before": {"fact": "job.from"}}}})
    facts = {"statuses": [{"to": "2026-12-01"}], "job": {"from": "2026-12-01"}}
    assert truth(rule, facts) is T
    facts["job"]["from"] = "2026-12-02"
    assert truth(rule, facts) is F
    found = judged(rule, {"statuses": facts["statuses"]})
    assert (found.verdict, found.needs) == ("undecided", ["job.from"])
    assert truth(rule, {"statuses": [{"to": None}], "job": {"from": "2099-01-01"}}) is T


def test_the_same_country_and_a_single_fact_against_another():
    rule = rules({"has": "degrees", "where": {"country": {"fact": "candidate.nationality"}}})
    degree = {"country": "VNM", "awarded_on": "2020-01-01"}
    assert truth(rule, {"degrees": [degree], "candidate": {"nationality": "VNM"}}) is T
    assert truth(rule, {"degrees": [degree], "candidate": {"nationality": "THA"}}) is F
    assert truth(rule, {"degrees": [degree]}) is U
    pay = rules({"fact": "job.annual_pay", "at_least": {"fact": "employer.annual_works"}})
    assert truth(pay, {"job": {"annual_pay": 5}, "employer": {"annual_works": 5}}) is T
    assert truth(pay, {"job": {"annual_pay": 4}, "employer": {"annual_works": 5}}) is F


def test_a_derived_fact_is_asked_for_by_what_it_comes_from():
    rule = rules({"fact": "candidate.age", "at_least": {"fact": "employer.months_registered"}})
    found = judged(rule, {"candidate": {"birth_date": "1990-01-01"}})
    assert found.needs == ["employer.registered_on"]
    paid = rules({"fact": "job.hourly_pay", "at_least": 1})
    assert judged(paid, {"job": {"monthly_pay": 1}}).needs == ["job.weekly_hours"]


# --- lists of the programme --------------------------------------------------------------
PARTNERS = {
    "partners": {
        "assumed": True,
        "items": [
            {"code": "hull", "names": {"ko": "선체", "en": "Hull works"}},
            {"code": "paint", "names": {"ko": "도장", "en": "Paint works"}},
        ],
    }
}
OWN = {
    "items": [{"code": "partner", "names": WORDS, "type": "code", "list": "partners"}],
}


def test_a_code_from_a_list_of_the_programmes_own():
    rule = rules({"fact": "own.partner", "listed": "partners"}, lists=PARTNERS, facts=OWN)
    found = judged(rule, {"own": {"partner": "hull"}})
    assert (found.verdict, found.tree["name"]["en"]) == ("eligible", "Hull works")
    assert truth(rule, {"own": {"partner": "other"}}) is F
    assert truth(rule, {}) is U
    assert rule.vocabulary.fact("own.partner").listed == "partners"


def test_words_and_items_from_a_list():
    words = rules({"fact": "job.title", "listed": "partners"}, lists=PARTNERS)
    assert truth(words, {"job": {"title": "hull"}}) is T
    items = rules({"has": "trainings", "where": {"code": {"listed": "partners"}}}, lists=PARTNERS)
    assert truth(items, {"trainings": [{"code": "paint"}]}) is T


# --- who needs no letter -----------------------------------------------------------------
WAIVER = {
    "code": "university",
    "names": {"ko": "대학", "en": "Universities"},
    "text": {"ko": "대학과 공공기관", "en": "Universities and public bodies"},
    "rule": {"fact": "employer.size", "is": "public"},
}


@pytest.mark.parametrize(("size", "codes"), [("public", ["university"]), ("small", []), (None, [])])
def test_who_needs_no_letter_is_told_and_judged_as_ever(size, codes):
    rule = rules({"fact": "job.annual_pay", "at_least": 5}, not_needed={"items": [WAIVER]})
    facts = {"job": {"annual_pay": 4}, "employer": {"size": size} if size else {}}
    found = judged(rule, facts)
    assert found.verdict == "not_eligible"
    assert [one["code"] for one in found.not_needed] == codes
    for one in found.not_needed:
        assert one["text"]["en"] == one["tree"]["text"]["en"] == "Universities and public bodies"
        assert one["tree"]["verdict"] == "met"


# --- reading -----------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("rule", "place", "words"),
    [
        ({"fact": "job.from", "within": {}}, "within", "expected one of `years`"),
        ({"fact": "job.from", "within": {"months": 1, "days": 2}}, "within", "more than one"),
        ({"fact": "job.from", "within": {"weeks": 1}}, "within.weeks", "unknown key"),
        ({"fact": "job.from", "within": 24}, "within", "expected a mapping"),
        ({"fact": "job.annual_pay", "within": {"months": 1}}, "within", "unknown key"),
        ({"fact": "job.from", "not_before": {"fact": "job.nothing"}}, "fact", "unknown fact"),
        ({"fact": "job.from", "not_before": {"fact": "job.annual_pay"}}, "fact", "a money"),
        ({"fact": "job.from", "not_before": {"fact": "job.from"}}, "fact", "against itself"),
        (
            {"has": "degrees", "where": {"level": {"at_least": {"fact": "employer.size"}}}},
            "level.at_least.fact",
            "a choice",
        ),
        ({"has": "degrees", "where": {"any_of": []}}, "where.any_of", "0 items"),
        ({"has": "degrees", "where": {"any_of": [{"x": 1}]}}, "any_of[0].x", "unknown fact `x`"),
        ({"some_of": {"count": 2, "of": [{"fact": "job.from"}]}}, "some_of.count", "2 of 1"),
        ({"some_of": [1]}, "some_of", "expected a mapping"),
        ({"fact": "own.partner", "listed": "partner"}, "listed", "unknown list `partner`"),
        ({"fact": "own.partner", "is": "hul"}, "is", "not on the programme's list"),
    ],
)
def test_each_mistake_is_said_at_its_place(rule, place, words):
    found = problems(rule, lists=PARTNERS, facts=OWN)
    assert any(place in line.partition(": ")[0] and words in line for line in found), found


@pytest.mark.parametrize(
    ("sections", "place", "words"),
    [
        ({"lists": {"Partners": PARTNERS["partners"]}}, "lists.Partners", "a name of a-z"),
        ({"lists": {"regions": PARTNERS["partners"]}}, "lists.regions", "a section of its own"),
        (
            {"facts": {"items": [{**OWN["items"][0], "list": "firms"}]}},
            "facts.items[0].list",
            "unknown list `firms`",
        ),
        (
            {"facts": {"items": [{**OWN["items"][0], "type": "text"}]}, "lists": PARTNERS},
            "facts.items[0].list",
            "`list` of a text",
        ),
        (
            {"facts": {"items": [{**OWN["items"][0], "change": "soon"}]}, "lists": PARTNERS},
            "facts.items[0].change",
            "`soon`",
        ),
        ({"not_needed": {"items": [WAIVER, WAIVER]}}, "items[1].code", "a second time"),
        (
            {"not_needed": {"items": [{**WAIVER, "rule": {"fact": "job.x"}}]}},
            "items[0].rule.fact",
            "unknown fact `job.x`",
        ),
    ],
)
def test_each_mistake_of_a_section_is_said_at_its_place(sections, place, words):
    found = problems(**sections)
    assert any(place in line.partition(": ")[0] and words in line for line in found), found


def test_a_period_ahead_is_said_with_its_last_day():
    rule = rules({"fact": "job.to", "after": {"months": 3}})
    found = judged(rule, {"job": {"to": None}}, on=date(2026, 11, 30))
    assert found.verdict == "eligible"
    assert found.tree["required"] == {"after": {"months": 3, "until": "2027-02-28"}}
