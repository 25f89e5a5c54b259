"""What the rules said when it mattered, read as it was said: with the texts, sources and figures of
that day, whatever has changed since."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from applications import wording
from applications.models import Application
from programs.models import Evaluation
from programs.rules import words
from programs.selectors import evaluations_of
from reviews.models import Decision
from reviews.selectors.examination import Judged


@dataclass(frozen=True)
class Figure:
    """One value of a national figure that was looked at."""

    name: str
    value: str
    first: date
    last: date | None
    sources: list[str]
    assumed: bool


@dataclass(frozen=True)
class Kept:
    """One stored answer of the rules."""

    evaluation: Evaluation

    @property
    def tree(self) -> dict[str, Any]:
        tree: dict[str, Any] = self.evaluation.tree
        return tree

    @property
    def judged(self) -> Judged:
        return Judged(self.evaluation.verdict, self.tree)

    @property
    def figures(self) -> list[Figure]:
        return [
            Figure(
                name=words.in_language(row["names"]),
                value=wording.with_unit(row["value"], row["unit"].partition(" ")[0]),
                first=date.fromisoformat(row["from"]),
                last=date.fromisoformat(row["to"]) if row["to"] else None,
                sources=[words.source_words(source) for source in row["source"]],
                assumed=row["assumed"],
            )
            for rows in self.evaluation.figures.values()
            for row in rows
        ]


def rested_on(decision: Decision | None) -> Kept | None:
    """The answer that a decision was made on; None for a draft of a time when none was kept."""
    if decision is None or decision.evaluation_id is None:
        return None
    if Decision.evaluation.is_cached(decision) and decision.evaluation is not None:
        return Kept(decision.evaluation)
    return Kept(Evaluation.objects.select_related("version").get(pk=decision.evaluation_id))


def kept_answers(case: Application) -> list[Evaluation]:
    """Every answer kept for the case, oldest first, without the answers themselves."""
    return list(evaluations_of(case.public_id).defer("facts", "tree", "figures"))


def kept_answer(case: Application, public_id: UUID) -> Kept | None:
    found = evaluations_of(case.public_id).filter(public_id=public_id).first()
    return Kept(found) if found else None
