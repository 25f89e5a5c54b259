"""Judges facts by a tree of rules and explains every node of it.

Pure: same rules, facts, day and figures, same answer. Nothing is cut short: a node is
explained even where its outcome no longer matters. A node of the answer is plain JSON:

    {"kind", "code", "text": {ko, en}, "source": [{title{ko,en}, where, url, dated}], "assumed",
     "verdict": "met" | "not_met" | "unknown", "observed", "required", "missing": [paths],
     "children": [nodes]}

`missing` names the facts ("job.annual_pay", "degrees[0].related") or figures ("figure:…") that
would settle an unknown; predicates also carry "fact" or "group", and `when` carries "applies".
What is asked of a list's items is {fact: {operator: value}}, with "any_of" for its options.

A `number` carries measures: "observed" is one, "required" is {operator: measure}. A measure is

    {"kind", "unit", "least", "most", …}

an interval while facts are missing ("most": null has no limit), in hundredths where the unit is
"points"; with "fact", "group", "where", "figure", "part", "of" or "parts" for what it is made
of. A programme's points table is explained beside the rules, at the root: "points"
(`programs.rules.scoring`). Words and sources of a node are shared between answers: they are
not to be changed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from programs.facts.vocabulary import VOCABULARY, Vocabulary
from programs.figures import NO_FIGURES, Figures
from programs.rules import headcount, junctions, lists, measuring, predicates
from programs.rules.advice import needs, ways
from programs.rules.answers import Tree
from programs.rules.judge import EXPLAIN, TRUTH, Judge
from programs.rules.nodes import (
    AllOf,
    AnyOf,
    Compare,
    Experience,
    Has,
    Headcount,
    Node,
    Not,
    Number,
    Requirements,
    SomeOf,
    Waiver,
    When,
)
from programs.rules.scoring import table
from programs.rules.truth import Truth

VERDICTS: dict[Truth, str] = {True: "eligible", False: "not_eligible", None: "undecided"}

EXPLAIN |= {
    AllOf: junctions.explain_all_of,
    AnyOf: junctions.explain_any_of,
    SomeOf: junctions.explain_some_of,
    Not: junctions.explain_not,
    When: junctions.explain_when,
    Compare: predicates.explain_compare,
    Has: lists.explain_has,
    Experience: lists.explain_experience,
    Headcount: headcount.explain_headcount,
    Number: measuring.explain_number,
}
TRUTH |= {
    AllOf: junctions.all_of,
    AnyOf: junctions.any_of,
    SomeOf: junctions.some_of,
    Not: junctions.negation,
    When: junctions.when,
    Compare: predicates.compare,
    Has: lists.has,
    Experience: lists.experience,
    Headcount: headcount.headcount,
    Number: measuring.number,
}


@dataclass(frozen=True)
class Outcome:
    """The verdict, the explained tree, the figures that were looked at, and who needs no letter
    at all: the programme's exemptions that these facts meet."""

    verdict: str
    tree: Tree
    figures: dict[str, list[dict[str, Any]]]
    on: date
    not_needed: list[Tree] = field(default_factory=list)
    vocabulary: Vocabulary = VOCABULARY

    @cached_property
    def needs(self) -> list[str]:
        """The unknown facts that could still change the verdict, in the rules' order."""
        return needs(self.tree)

    @cached_property
    def ways(self) -> list[list[Tree]]:
        """Up to three smallest sets of changes which would make this eligible."""
        return ways(self.tree, vocabulary=self.vocabulary)


def evaluate(
    requirements: Requirements,
    facts: dict[str, Any],
    *,
    on: date,
    figures: Figures = NO_FIGURES,
) -> Outcome:
    """Judge well-formed facts (`programs.facts.validate`) as of a day."""
    judge = Judge(requirements, facts, on, figures)
    truth, tree = judge.explain(requirements.root)
    if requirements.points is not None:
        tree["points"] = table(judge, requirements.points)
    waived = [_waived(judge, one) for one in requirements.not_needed if judge.truth(one.rule)]
    used = {
        key: [rows[day].as_dict() for day in sorted(rows)]
        for key, rows in sorted(judge.used.items())
    }
    return Outcome(VERDICTS[truth], tree, used, on, waived, requirements.vocabulary)


def truth_of(
    node: Node,
    facts: dict[str, Any],
    *,
    on: date,
    requirements: Requirements,
    figures: Figures = NO_FIGURES,
) -> Truth:
    """Whether one rule holds: a document's, a pool's, a step's, the programme's own root. None
    when the facts do not say. Looks no further than it must, and explains nothing."""
    return Judge(requirements, facts, on, figures).truth(node)


def _waived(judge: Judge, waiver: Waiver) -> Tree:
    """{"code", "names", "text", "source", "assumed", "tree"} of an exemption that is met."""
    return {
        "code": waiver.code,
        "names": waiver.names.as_dict(),
        "text": waiver.text.as_dict(),
        "source": [citation.as_dict() for citation in waiver.sourced.citations],
        "assumed": waiver.sourced.assumed,
        "tree": judge.explain(waiver.rule)[1],
    }
