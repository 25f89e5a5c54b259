"""The engine: three-valued, never cut short, and what follows from an explained tree."""

import json
from datetime import date
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from programs.facts.vocabulary import VOCABULARY
from programs.figures import Figures, FigureValue
from programs.reading import At, Notes
from programs.rules import evaluate, needs, truth_of, ways
from programs.rules.nodes import Requirements
from programs.rules.reading import Words, read_node
from programs.rules.truth import at_least, every, opposite, some

ON = date(2026, 11, 23)
NUMBERS = ("insured_nationals", "foreign_workers", "regular_workers")
T, F, U = True, False, None


def requirements(rule, **inside):
    """Rules from what a file would say; words and source are added where they are not given."""
    notes = Notes()
    node = read_node(At(_worded(rule), (), notes), Words(VOCABULARY))
    assert notes.problems == []
    return Requirements(node, VOCABULARY, **inside)


def _worded(rule):
    rule = {"text": {"ko": "규칙", "en": "rule"}, "assumed": True, **rule}
    for kind in ("all_of", "any_of"):
        if kind in rule:
            rule[kind] = [_worded(child) for child in rule[kind]]
    for kind in ("not", "when", "then"):
        if kind in rule:
            rule[kind] = _worded(rule[kind])
    if "some_of" in rule:
        some = rule["some_of"]
        rule["some_of"] = {**some, "of": [_worded(child) for child in some["of"]]}
    return rule


def fact(name, **asked):
    return {"fact": f"employer.{name}", "code": name.replace("_", "-"), **(asked or {"is": 1})}


def truth(rule, facts):
    verdict = evaluate(requirements(rule), facts, on=ON).tree["verdict"]
    return {"met": T, "not_met": F, "unknown": U}[verdict]


# --- three values ------------------------------------------------------------------------
def test_kleenes_tables():
    values = (T, F, U)
    and_table = [every(pair) for pair in product(values, repeat=2)]
    or_table = [some(pair) for pair in product(values, repeat=2)]
    assert and_table == [T, F, U, F, F, F, U, F, U]
    assert or_table == [T, T, T, T, F, U, T, U, U]
    assert [opposite(value) for value in values] == [F, T, U]
    assert (every([]), some([])) == (T, F)


@given(st.integers(0, 5), st.lists(st.sampled_from([T, F, U]), max_size=5))
def test_at_least_is_what_every_completion_agrees_on(count, truths):
    assert at_least(count, truths) == _agreed(truths, lambda certain: sum(certain) >= count)


def _agreed(truths, judge):
    """The outcome if all ways of settling the unknowns give the same one."""
    ways_to_settle = product(*[(one,) if one is not None else (T, F) for one in truths])
    outcomes = {judge(certain) for certain in ways_to_settle}
    return outcomes.pop() if len(outcomes) == 1 else None


LEAVES = st.sampled_from([fact(name) for name in NUMBERS])
TREES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(lambda children: {"all_of": children}),
        st.lists(inner, min_size=1, max_size=3).map(lambda children: {"any_of": children}),
        st.tuples(st.integers(1, 3), st.lists(inner, min_size=3, max_size=3)).map(
            lambda pair: {"some_of": {"count": pair[0], "of": pair[1]}}
        ),
        inner.map(lambda child: {"not": child}),
        st.tuples(inner, inner).map(lambda pair: {"when": pair[0], "then": pair[1]}),
    ),
    max_leaves=8,
)
KNOWN = st.fixed_dictionaries({}, optional={name: st.sampled_from([0, 1]) for name in NUMBERS})


@given(TREES, KNOWN)
def test_a_certain_outcome_survives_whatever_becomes_known(tree, known):
    """What is met or not met stays so for every completion of the unknown facts."""
    found = truth(tree, {"employer": known})
    unknown = [name for name in NUMBERS if name not in known]
    for values in product((0, 1), repeat=len(unknown)):
        whole = {"employer": known | dict(zip(unknown, values, strict=True))}
        later = truth(tree, whole)
        assert later is not None
        assert found in (None, later)


@given(TREES, KNOWN)
def test_nothing_is_cut_short(tree, known):
    explained = evaluate(requirements(tree), {"employer": known}, on=ON).tree
    assert _size_of_tree(explained) == _size_of_rule(tree)
    json.dumps(explained)


def _size_of_tree(node):
    return 1 + sum(_size_of_tree(child) for child in node["children"])


def _size_of_rule(rule):
    inner = [*rule.get("all_of", ()), *rule.get("any_of", ())]
    inner += rule.get("some_of", {}).get("of", ())
    inner += [rule[kind] for kind in ("not", "when", "then") if kind in rule]
    return 1 + sum(_size_of_rule(child) for child in inner)


@given(TREES, KNOWN)
def test_the_truth_alone_is_that_of_the_explained_tree(tree, known):
    rules = requirements(tree)
    alone = truth_of(rules.root, {"employer": known}, on=ON, requirements=rules)
    assert alone is truth(tree, {"employer": known})


def test_two_of_three():
    rule = {"some_of": {"count": 2, "of": [fact(name) for name in NUMBERS]}}
    for values in product((0, 1, None), repeat=3):
        known = {name: value for name, value in zip(NUMBERS, values, strict=True)
                 if value is not None}  # fmt: skip
        truths = [None if value is None else value == 1 for value in values]
        found = evaluate(requirements(rule), {"employer": known}, on=ON)
        assert truth(rule, {"employer": known}) is at_least(2, truths)
        assert found.tree["observed"] == {
            "met": values.count(1),
            "unknown": values.count(None),
        }


def test_the_ways_to_two_of_three():
    rule = {"some_of": {"count": 2, "of": [fact(name) for name in NUMBERS]}}
    facts = {"employer": dict.fromkeys(NUMBERS, 0) | {"foreign_workers": 1}}
    outcome = evaluate(requirements(rule), facts, on=ON)
    assert [[node["code"] for node in way] for way in outcome.ways] == [
        ["insured-nationals"],
        ["regular-workers"],
    ]


@given(TREES, KNOWN)
def test_what_is_needed_is_unknown_and_only_where_undecided(tree, known):
    outcome = evaluate(requirements(tree), {"employer": known}, on=ON)
    unknown = {f"employer.{name}" for name in NUMBERS if name not in known}
    assert set(outcome.needs) <= unknown
    assert bool(outcome.needs) == (outcome.verdict == "undecided")


@given(TREES, KNOWN)
def test_each_way_leads_to_eligible(tree, known):
    """Give every leaf of a way the outcome it asks for, and the verdict is eligible."""
    explained = evaluate(requirements(tree), {"employer": known}, on=ON).tree
    for way in ways(explained):
        assert 1 <= len(way) <= 3
        # A fact may be asked by several leaves; a way is about leaves, so settle leaves.
        wanted = {id(node): node["wanted"] for node in way}
        assert len(wanted) == len(way)
        settled = _settle(explained, {_key(node): node["wanted"] for node in way})
        # Where too much is unknown, a way trusts that it turns out well.
        trusted = explained["verdict"] == "not_met" and settled["verdict"] == "unknown"
        assert settled["verdict"] == "met" or trusted or _ambiguous(explained)


def _key(node):
    shown = {key: node[key] for key in node if key not in ("wanted", "change")}
    return json.dumps(shown, sort_keys=True)


def _ambiguous(tree):
    """Two leaves that look the same cannot be told apart by what they show."""
    leaves = [_key(leaf) for leaf in _leaves(tree)]
    return len(set(leaves)) < len(leaves)


def _leaves(node):
    if not node["children"]:
        yield node
    for child in node["children"]:
        yield from _leaves(child)


def _settle(node, wanted):
    if not node["children"]:
        return {**node, "verdict": wanted.get(_key(node), node["verdict"])}
    children = [_settle(child, wanted) for child in node["children"]]
    known = {"met": T, "not_met": F, "unknown": U}
    truths = [known[child["verdict"]] for child in children]
    value = {
        "all_of": lambda: every(truths),
        "any_of": lambda: some(truths),
        "some_of": lambda: at_least(node["required"]["count"], truths),
        "not": lambda: opposite(truths[0]),
        "when": lambda: some([opposite(truths[0]), truths[1]]),
    }[node["kind"]]()
    words = {T: "met", F: "not_met", U: "unknown"}
    return {**node, "children": children, "verdict": words[value]}


def test_the_smallest_ways_come_first():
    rule = {
        "any_of": [
            {"all_of": [fact("insured_nationals"), fact("foreign_workers")]},
            fact("regular_workers"),
        ]
    }
    outcome = evaluate(
        requirements(rule),
        {"employer": {"insured_nationals": 0, "foreign_workers": 0, "regular_workers": 0}},
        on=ON,
    )
    assert [[node["code"] for node in way] for way in outcome.ways] == [
        ["regular-workers"],
        ["insured-nationals", "foreign-workers"],
    ]
    assert needs(outcome.tree) == []


def test_a_way_never_proposes_to_be_somebody_else():
    rule = {"when": fact("insured_nationals"), "then": fact("foreign_workers")}
    facts = {"employer": {"insured_nationals": 1, "foreign_workers": 0}}
    tree = evaluate(requirements(rule), facts, on=ON).tree
    assert [[node["code"] for node in way] for way in ways(tree)] == [["foreign-workers"]]


def test_what_is_unknown_is_trusted_where_there_is_too_much_of_it():
    rule = {"all_of": [fact(name) for name in NUMBERS] + [fact("tax_arrears", **{"is": False})]}
    tree = evaluate(requirements(rule), {"employer": {"tax_arrears": True}}, on=ON).tree
    assert [[node["code"] for node in way] for way in ways(tree)] == [["tax-arrears"]]


def test_more_than_three_changes_are_no_way():
    rule = {"all_of": [fact(name) for name in NUMBERS] + [fact("tax_arrears", **{"is": False})]}
    facts = {"employer": dict.fromkeys(NUMBERS, 0) | {"tax_arrears": True}}
    assert ways(evaluate(requirements(rule), facts, on=ON).tree) == []


# --- predicates --------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("asked", "seen", "expected"),
    [
        ({"at_least": 5}, 5, T),
        ({"at_least": 5}, 4, F),
        ({"more_than": 5}, 5, F),
        ({"less_than": 5}, 5, F),
        ({"at_most": 5}, 5, T),
        ({"at_least": 3, "at_most": 5}, 6, F),
        ({"in": [1, 2]}, 2, T),
        ({"not_in": [1, 2]}, 2, F),
        ({"is_not": 2}, 2, F),
    ],
)
def test_numbers(asked, seen, expected):
    assert truth(fact("insured_nationals", **asked), {"employer": {"insured_nationals": seen}}) is (
        expected
    )
    assert truth(fact("insured_nationals", **asked), {}) is U


def test_levels_compare_by_their_order_not_their_spelling():
    rule = {"has": "degrees", "where": {"level": {"at_least": "bachelor"}}, "expected": True}
    assert truth(rule, {"degrees": [{"level": "associate"}]}) is F
    assert truth(rule, {"degrees": [{"level": "doctor"}]}) is T


def test_an_item_that_may_match_leaves_it_open():
    rule = {"has": "degrees", "where": {"related": True, "country": "KOR"}, "expected": True}
    assert truth(rule, {"degrees": [{"related": True}]}) is U
    assert truth(rule, {"degrees": [{"related": False}]}) is F
    assert truth(rule, {"degrees": [{"related": True}, {"related": True, "country": "KOR"}]}) is T
    outcome = evaluate(requirements(rule), {"degrees": [{}, {"related": True}]}, on=ON)
    assert outcome.needs == ["degrees[0].related", "degrees[0].country", "degrees[1].country"]


def test_counting_items():
    rule = {"has": "licences", "where": {"code": ["a", "b"]}, "count": 2}
    assert truth(rule, {"licences": [{"code": "a"}, {"code": "b"}]}) is T
    assert truth(rule, {"licences": [{"code": "a"}, {}]}) is U
    assert truth(rule, {"licences": [{"code": "a"}, {"code": "c"}]}) is F


def test_a_period_that_never_ends_ends_after_every_day():
    rule = {"has": "licences", "where": {"valid_until": {"not_before": "evaluation_day"}}}
    assert truth(rule, {"licences": [{"valid_until": None}]}) is T
    assert truth(rule, {"licences": [{"valid_until": "2026-11-23"}]}) is T
    assert truth(rule, {"licences": [{"valid_until": "2026-11-22"}]}) is F


@pytest.mark.parametrize(
    ("born", "age", "adult"),
    [
        ("2007-11-23", 19, T),
        ("2007-11-24", 18, F),
        ("2008-02-29", 18, F),
        ("2030-01-01", None, U),
    ],
)
def test_age_is_computed(born, age, adult):
    rule = {"fact": "candidate.age", "at_least": 19}
    outcome = evaluate(requirements(rule), {"candidate": {"birth_date": born}}, on=ON)
    assert outcome.tree["observed"] == age
    assert truth(rule, {"candidate": {"birth_date": born}}) is adult


@pytest.mark.parametrize(
    ("percent", "rounding", "limits"),
    [
        (20, "half_up", {4: 1, 5: 1, 7: 1, 8: 2, 12: 2, 13: 3, 23: 5}),
        (30, "half_up", {4: 1, 5: 2, 7: 2, 8: 2, 12: 4, 13: 4, 23: 7}),
        (30, "up", {4: 2, 5: 2, 7: 3, 8: 3, 12: 4, 13: 4, 23: 7}),
        (30, "down", {4: 1, 5: 1, 7: 2, 8: 2, 12: 3, 13: 3, 23: 6}),
    ],
)
def test_a_share_of_the_nationals_in_whole_people(percent, rounding, limits):
    rule = {
        "headcount": "employer.foreign_workers",
        "adding": 1,
        "at_most": {"percent": percent, "of": "employer.insured_nationals", "rounding": rounding},
    }
    for nationals, limit in limits.items():
        firm = {"insured_nationals": nationals, "foreign_workers": limit - 1}
        assert truth(rule, {"employer": firm}) is T
        assert truth(rule, {"employer": firm | {"foreign_workers": limit}}) is F


def test_brackets_of_headcount():
    rule = {
        "headcount": "employer.foreign_workers",
        "adding": 1,
        "at_most": {
            "of": "employer.insured_nationals",
            "brackets": [
                {"up_to": 4, "limit": 0},
                {"up_to": 10, "limit": 1},
                {"up_to": 30, "limit": 2},
                {"limit": 3},
            ],
        },
    }
    for nationals, limit in {0: 0, 4: 0, 5: 1, 10: 1, 11: 2, 30: 2, 31: 3, 900: 3}.items():
        for foreigners in range(4):
            firm = {"insured_nationals": nationals, "foreign_workers": foreigners}
            assert truth(rule, {"employer": firm}) is (foreigners + 1 <= limit)


def work(**item):
    return {"from": "2020-01-01", "to": "2020-12-31", "share": 100, "related": True, **item}


def test_unknown_parts_of_a_career_make_a_least_and_a_most():
    rule = {"experience": {"years": 1, "where": {"related": True}}}
    assert truth(rule, {"careers": [work()]}) is T
    for missing in ("from", "to", "share", "related"):
        item = work()
        del item[missing]
        outcome = evaluate(requirements(rule), {"careers": [item]}, on=ON)
        assert outcome.verdict == "undecided"
        assert outcome.needs == [f"careers[0].{missing}"]
        # Enough without it: what is missing no longer matters.
        assert truth(rule, {"careers": [item, work()]}) is T
    assert truth(rule, {"careers": []}) is F
    assert truth(rule, {}) is U


def test_experience_that_lies_ahead_does_not_count():
    rule = {"experience": {"days": 1}}
    assert truth(rule, {"careers": [work(**{"from": "2026-11-23", "to": "2030-01-01"})]}) is T
    assert truth(rule, {"careers": [work(**{"from": "2026-11-24", "to": "2030-01-01"})]}) is F


def test_experience_within_the_last_years():
    rule = {"experience": {"days": 365, "within": {"years": 2}}}
    assert truth(rule, {"careers": [work(**{"from": "2024-01-01", "to": "2024-12-31"})]}) is F
    assert truth(rule, {"careers": [work(**{"from": "2024-01-01", "to": "2025-12-31"})]}) is T


def test_a_degree_that_may_match_makes_the_start_uncertain():
    rule = {"experience": {"years": 1, "after_degree": {"related": True}}}
    facts = {"careers": [work()], "degrees": [{"awarded_on": "2019-06-30"}]}
    outcome = evaluate(requirements(rule), facts, on=ON)
    assert (outcome.verdict, outcome.needs) == ("undecided", ["degrees[0].related"])
    facts["degrees"][0]["related"] = True
    assert truth(rule, facts) is T
    facts["degrees"][0]["awarded_on"] = "2020-01-01"  # 365 of the leap year's 366 days remain
    assert truth(rule, facts) is T
    facts["degrees"][0]["awarded_on"] = "2020-01-02"
    assert truth(rule, facts) is F
    assert truth(rule, {"careers": [work()], "degrees": []}) is F


# --- figures -----------------------------------------------------------------------------
def value(number, first, last=None):
    return FigureValue("floor", number, "won", first, last, {"ko": "하한", "en": "floor"})


FLOOR = Figures([value(100, date(2026, 1, 1)), value(200, date(2027, 1, 1), date(2027, 12, 31))])


def paid(rule, pay, **job):
    facts = {"job": {"annual_pay": pay, **job}}
    return evaluate(requirements(rule), facts, on=ON, figures=FLOOR)


def test_a_figure_ends_where_the_next_begins():
    assert FLOOR.on("floor", date(2026, 12, 31)).value == 100
    assert FLOOR.on("floor", date(2027, 1, 1)).value == 200
    assert FLOOR.on("floor", date(2028, 1, 1)) is None
    assert FLOOR.on("floor", date(2025, 12, 31)) is None
    assert FLOOR.on("other", ON) is None


def test_a_percentage_of_a_figure_is_rounded_up():
    rule = {"fact": "job.annual_pay", "at_least": {"figure": "floor", "percent": 33}}
    assert paid(rule, 33).verdict == "eligible"
    odd = Figures([value(101, date(2026, 1, 1))])
    facts = {"job": {"annual_pay": 33}}
    assert (
        evaluate(requirements(rule), facts, on=ON, figures=odd).tree["required"]["at_least"] == 34
    )


def test_a_floor_that_may_still_rise_settles_only_a_refusal():
    rule = requirements(
        {"fact": "job.annual_pay", "at_least": {"figure": "floor", "during": "job"}}
    )
    for pay, expected in ((99, F), (100, U)):
        facts = {"job": {"annual_pay": pay, "from": "2026-12-01"}}
        assert truth_of(rule.root, facts, on=ON, requirements=rule, figures=FLOOR) is expected


def test_the_highest_figure_of_the_contract_counts():
    rule = {"fact": "job.annual_pay", "at_least": {"figure": "floor", "during": "job"}}
    over_the_year = {"from": "2026-12-01", "to": "2027-06-30"}
    assert paid(rule, 199, **over_the_year).verdict == "not_eligible"
    assert paid(rule, 200, **over_the_year).verdict == "eligible"
    assert paid(rule, 100, **{"from": "2026-12-01", "to": "2026-12-31"}).verdict == "eligible"
    assert paid(rule, 100, **{"from": "2026-12-01", "to": None}).verdict == "not_eligible"
    used = paid(rule, 200, **over_the_year).figures["floor"]
    assert [row["value"] for row in used] == [100, 200]


# --- occupations and pools ---------------------------------------------------------------
def test_one_rule_alone_says_whether_it_holds():
    rules = requirements(fact("insured_nationals", at_least=5))
    firm = {"employer": {"insured_nationals": 5}}
    assert truth_of(rules.root, firm, on=ON, requirements=rules) is T
    assert truth_of(rules.root, {}, on=ON, requirements=rules) is U


def test_the_facts_given_are_not_changed():
    facts = {"job": {"occupation": "1", "monthly_pay": 2_090_000, "weekly_hours": 40}}
    before = json.dumps(facts)
    outcome = evaluate(requirements({"fact": "job.hourly_pay", "at_least": 10_000}), facts, on=ON)
    assert outcome.tree["observed"] == 10_000
    assert json.dumps(facts) == before
