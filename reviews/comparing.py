"""What validation changed in the rules' answer, kept beside the answer and read in words."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from applications.models import Application
from programs.models import Evaluation, Verdict
from programs.rules.turning import Difference
from programs.services import ProgrammesRefused
from reviews.claims import titled
from reviews.models import Comparison
from reviews.verifying import exchanged, found_value, what_changed

Tree = dict[str, Any]


@dataclass(frozen=True)
class Cause:
    """Claims that brought something about together."""

    titles: tuple[str, ...]


@dataclass(frozen=True)
class Turned:
    """A rule before and after, in the shape of the explained tree."""

    before: Tree
    after: Tree
    within: tuple[Tree, ...]
    causes: tuple[Cause, ...]
    circumstance: bool

    @property
    def flipped(self) -> bool:
        return bool(self.before["verdict"] != self.after["verdict"])


@dataclass(frozen=True)
class Compared:
    """The rules on the facts as declared and as found, with which claim made the difference."""

    before: str
    after: str
    causes: tuple[Cause, ...]
    turns: tuple[Turned, ...]

    @property
    def verdict_differs(self) -> bool:
        return self.before != self.after

    @property
    def before_words(self) -> str:
        return str(Verdict(self.before).label)

    @property
    def after_words(self) -> str:
        return str(Verdict(self.after).label)


def keep_comparison(case: Application, evaluation: Evaluation) -> Comparison | None:
    """Keep what validation changed beside the answer; nothing where nothing was exchanged."""
    if not exchanged(case):
        return None
    claims, found = as_data(case, what_changed(case))
    return Comparison.objects.create(evaluation=evaluation, claims=claims, found=found)


def compared_now(case: Application) -> Compared | None:
    """What the claims checked so far change today; None where nothing was exchanged, or where
    the facts cannot be judged."""
    if not exchanged(case):
        return None
    try:
        changed = what_changed(case)
    except ProgrammesRefused:
        return None
    return read(*as_data(case, changed))


def kept_comparison(evaluation: Evaluation | None) -> Compared | None:
    """What was kept beside an answer."""
    if evaluation is None:
        return None
    kept = Comparison.objects.filter(evaluation=evaluation).first()
    return None if kept is None else read(kept.claims, kept.found)


def as_data(case: Application, changed: Difference) -> tuple[dict[str, Any], dict[str, Any]]:
    """(the claims by id, the difference naming them by id), as JSON."""
    claims = {
        str(claim.pk): {
            "id": str(claim.public_id),
            "kind": claim.kind,
            "position": claim.position,
            "declared": claim.declared,
            "verified": found_value(claim),
        }
        for claim in exchanged(case)
    }
    found = {
        "before": changed.before,
        "after": changed.after,
        "causes": _listed(changed.causes),
        "turns": [
            {
                "before": _leaf(turn.before),
                "after": _leaf(turn.after),
                "within": [_leaf(outer) for outer in turn.within],
                "causes": _listed(turn.causes),
                "circumstance": turn.circumstance,
            }
            for turn in changed.turns
        ],
    }
    return claims, found


def read(claims: dict[str, Any], found: dict[str, Any]) -> Compared:
    """The data in the reader's words."""

    def causes(listed: list[list[str]]) -> tuple[Cause, ...]:
        return tuple(
            Cause(
                tuple(
                    titled(claim["kind"], claim["declared"], claim["position"])
                    for claim in (claims[key] for key in keys)
                )
            )
            for keys in listed
        )

    return Compared(
        before=found["before"],
        after=found["after"],
        causes=causes(found["causes"]),
        turns=tuple(
            Turned(
                turn["before"],
                turn["after"],
                tuple(turn["within"]),
                causes(turn["causes"]),
                turn["circumstance"],
            )
            for turn in found["turns"]
        ),
    )


def _listed(causes: Iterable[frozenset[Any]]) -> list[list[str]]:
    return [sorted(map(str, cause), key=int) for cause in causes]


def _leaf(node: Tree) -> Tree:
    """The rule itself; of a group of rules not what it is made of."""
    return {**node, "children": []}
