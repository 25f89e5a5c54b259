"""Which exchanged facts made the difference between two answers of the rules."""

from programs.rules import evaluate
from programs.rules.turning import difference
from tests.programs.rulebook import ON, rules

WORKED = {
    "code": "worked",
    "experience": {"years": 5, "where": {"related": {"is": True}}},
}
DEGREE = {
    "code": "degree",
    "has": "degrees",
    "where": {"level": {"at_least": "master"}},
}
PAID = {"code": "paid", "fact": "job.annual_pay", "at_least": 30_000_000}
MASTER = {"level": "master", "awarded_on": "2014-02-20"}
SHORT = {"from": "2015-01-01", "to": "2017-12-31", "share": 100, "related": True}
LONG = {**SHORT, "to": "2020-12-31"}


def compared(rule, pairs, rest=None):
    """`pairs`: {key: (group, before, after)}; an `after` of None is a claim that was rejected."""
    requirements = rules(rule)

    def judged(exchanged):
        facts = {"degrees": [], "careers": [], **(rest or {})}
        for key, (group, before, after) in pairs.items():
            value = after if key in exchanged else before
            if value is None:
                continue
            facts[group] = [*facts[group], value] if group in ("degrees", "careers") else value
        return evaluate(requirements, facts, on=ON)

    return difference(list(pairs), judged)


def test_the_one_that_made_it_is_named_among_several():
    found = compared(
        {"all_of": [WORKED, PAID]},
        {
            "career": ("careers", LONG, SHORT),
            "contract": ("job", {"annual_pay": 40_000_000}, {"annual_pay": 35_000_000}),
        },
    )
    assert (found.before, found.after) == ("eligible", "not_eligible")
    assert found.causes == (frozenset({"career"}),)
    (turn,) = [turn for turn in found.turns if turn.flipped]
    assert turn.after["code"] == "worked"
    assert turn.causes == (frozenset({"career"}),)
    assert turn.before["observed"]["days"] == 2192
    assert turn.after["observed"]["days"] == 1096
    assert turn.after["required"]["days"] == 5 * 365


def test_either_alone_was_enough():
    found = compared(
        {"all_of": [WORKED, PAID]},
        {
            "career": ("careers", LONG, SHORT),
            "contract": ("job", {"annual_pay": 40_000_000}, {"annual_pay": 1}),
        },
    )
    assert found.causes == (frozenset({"career"}), frozenset({"contract"}))


def test_only_both_together_made_it():
    rule = {"any_of": [WORKED, DEGREE]}
    found = compared(
        rule,
        {
            "career": ("careers", LONG, SHORT),
            "degree": ("degrees", MASTER, {**MASTER, "level": "bachelor"}),
        },
    )
    assert found.causes == (frozenset({"career", "degree"}),)
    # Each route was turned by its own claim.
    assert [turn.causes for turn in found.turns] == [
        (frozenset({"career"}),),
        (frozenset({"degree"}),),
    ]


def test_more_than_three_are_told_together():
    piece = {**SHORT, "to": "2016-06-30"}
    years = [
        {**piece, "from": f"{year}-01-01", "to": f"{year}-12-31"} for year in range(2015, 2020)
    ]
    pairs = {index: ("careers", year, None) for index, year in enumerate(years)}
    found = compared({"experience": {"years": 1, "where": {"related": {"is": True}}}}, pairs)
    assert found.causes == (frozenset(pairs),)


def test_a_route_that_fell_is_told_though_another_carries_the_verdict():
    rule = {"any_of": [WORKED, DEGREE]}
    found = compared(rule, {"career": ("careers", LONG, SHORT)}, rest={"degrees": [MASTER]})
    assert not found.verdict_differs
    assert found.causes == ()
    (turn,) = found.turns
    assert turn.flipped
    assert turn.after["code"] == "worked"


def test_less_work_that_is_still_enough_is_told():
    less = {**LONG, "to": "2020-06-30"}
    (turn,) = compared(WORKED, {"career": ("careers", LONG, less)}).turns
    assert not turn.flipped
    assert turn.after["observed"]["days"] == 2008


def test_the_rules_around_it_that_fell_are_told():
    rule = {"all_of": [PAID, {"code": "route", "any_of": [WORKED, DEGREE]}]}
    found = compared(
        rule, {"career": ("careers", LONG, SHORT)}, rest={"job": {"annual_pay": 30_000_000}}
    )
    (turn,) = found.turns
    assert [outer["code"] for outer in turn.within] == ["route"]


def test_nothing_exchanged_nothing_turned():
    same = compared(WORKED, {"career": ("careers", LONG, LONG)})
    assert not same
    assert same.causes == ()
