"""What evaluators are given of a case and are told about it, as a programme's file says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from programs.sourcing import Citation

# Who sees a document or a fact: everyone down to an evaluator who is not told whom it is about,
# evaluators who are, the office alone.
LEVELS = ("blind", "evaluator", "office")
# Assumed, both: no source says what evaluators are given. What is needed to judge a person's
# competence and the plan for them; papers about the company's taxes, and those whose point is an
# identifier, stay with the office. Papers name people, so that none is blind unless a file says so.
EVALUATORS_DOCUMENTS = frozenset(
    {"contract", "cv", "degree_cert", "career_cert", "licence", "language_cert", "necessity"}
)
EVALUATORS_FACTS = frozenset({"degrees", "careers", "languages", "licences", "trainings", "job"})


@dataclass(frozen=True, slots=True)
class EvaluationDef:
    """What evaluators are given and told. `blind`: they are not told whom a case is about.
    `outcome`: those who answered are told what was decided. `documents` are levels by code, `facts`
    by group ("degrees") or fact ("degrees.institution"); what is not named is assumed."""

    blind: bool = False
    outcome: bool = False
    documents: Mapping[str, str] = field(default_factory=dict)
    facts: Mapping[str, str] = field(default_factory=dict)
    assumed: bool = True
    citations: tuple[Citation, ...] = ()

    def shows_document(self, code: str) -> bool:
        """Whether an evaluator of this programme may open such a paper."""
        usual = "evaluator" if code in EVALUATORS_DOCUMENTS else "office"
        return self._shows(self.documents.get(code, usual))

    def shows_fact(self, group: str, name: str = "") -> bool:
        """Whether an evaluator may read a fact, or without a name something of its group."""
        if name and f"{group}.{name}" in self.facts:
            return self._shows(self.facts[f"{group}.{name}"])
        usual = "blind" if group in EVALUATORS_FACTS else "office"
        if self._shows(self.facts.get(group, usual)):
            return True
        return not name and any(
            self._shows(level) for key, level in self.facts.items() if key.startswith(f"{group}.")
        )

    def _shows(self, level: str) -> bool:
        return level == "blind" or (level == "evaluator" and not self.blind)


USUAL = EvaluationDef()
