"""Every shipped programme, with facts drawn at random: learning more never changes what was
certain, and the truth alone is that of the explained tree."""

from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from programs.facts import validate
from programs.facts.vocabulary import FactType
from programs.rules import evaluate, truth_of
from tests.programs.dossiers import figures, shipped
from tests.programs.rulebook import TRUTHS

ON = date(2026, 11, 23)
SLUGS = ("kotra-recommendation", "gyeonggi", "daegu", "ulsan", "k-tech-pass", "e-7-4")
T = FactType
DAYS = ["1970-05-05", "1996-05-05", "2019-02-28", "2022-11-24", "2024-12-01", "2026-11-01"]
CODES = ["E-9", "E-7-1", "2223", "2224", "2351", "2352", "province", "ministry", "kotra", "nobody"]
VALUES = {
    T.TEXT: ["words"],
    T.CODE: CODES,
    T.DATE: DAYS,
    T.NUMBER: [0, 1, 2, 3, 5, 8, 13, 30, 61],
    T.MONEY: [0, 24_000_000, 25_000_000, 31_120_000, 50_000_000, 200_000_000],
    T.SHARE: [50, 100],
    T.YES_NO: [True, False],
    T.COUNTRY: ["KOR", "VNM"],
}


def value_of(fact):
    values = list(fact.codes) or VALUES[fact.type]
    if fact.type is T.NUMBER:
        low, high = fact.minimum or 0, fact.maximum or 10**9
        values = [value for value in values if low <= value <= high] or [low]
        if fact.unit == "calendar_year":
            values = [2023, 2024, 2025]
    return st.sampled_from([*values, *([None] if fact.nullable else [])])


def facts_of(vocabulary):
    """Facts in which a good deal is stated. Lists are short."""
    groups = {}
    for group in vocabulary.groups:
        if group.name in ("headcounts", "foreigners"):  # they only repeat the employer's numbers
            continue
        stated = {fact.name: value_of(fact) for fact in group.stated}
        item = st.fixed_dictionaries({}, optional=stated)
        groups[group.name] = st.lists(item, max_size=2) if group.many else item
    return st.fixed_dictionaries({}, optional=groups)


def without(facts, draw):
    """The facts with some of them taken away, lists whole or item by item. A code keeps the edition
    it is from: a code of no stated edition is one of the present edition, not an unknown one."""
    left = {}
    for group, value in facts.items():
        if draw(st.booleans()):
            continue
        items = value if isinstance(value, list) else [value]
        kept = [
            {name: said for name, said in item.items() if draw(st.integers(0, 2))} for item in items
        ]
        for item, said in zip(items, kept, strict=True):
            if "occupation" in said and "occupation_edition" in item:
                said["occupation_edition"] = item["occupation_edition"]
        left[group] = kept if isinstance(value, list) else kept[0]
    return left


@pytest.mark.parametrize("slug", SLUGS)
@settings(max_examples=40, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_learning_more_never_changes_what_was_certain(slug, data):
    requirements = shipped(slug).requirements
    facts = data.draw(facts_of(requirements.vocabulary))
    if validate(facts, vocabulary=requirements.vocabulary, on=ON):
        return
    late = evaluate(requirements, facts, on=ON, figures=figures())
    early_facts = without(facts, data.draw)
    early = evaluate(requirements, early_facts, on=ON, figures=figures())
    _compare(early.tree, late.tree)
    for one, said in ((early, early_facts), (late, facts)):
        alone = truth_of(
            requirements.root, said, on=ON, requirements=requirements, figures=figures()
        )
        assert alone is TRUTHS[one.tree["verdict"]]


def _compare(early, late):
    assert early["verdict"] in ("unknown", late["verdict"]), early["text"]
    for one, other in zip(early["children"], late["children"], strict=True):
        _compare(one, other)
    if "points" in early and "parts" in early["points"]:
        assert _within(late["points"], early["points"])
        for one, other in zip(early["points"]["parts"], late["points"]["parts"], strict=True):
            assert _within(other, one), one["code"]


def _within(narrow, wide):
    """Whether an interval lies in another; a `most` of None has no limit."""
    if wide["most"] is not None and (narrow["most"] is None or narrow["most"] > wide["most"]):
        return False
    return narrow["least"] >= wide["least"]
