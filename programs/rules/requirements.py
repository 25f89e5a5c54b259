"""A programme's rules with all they refer to, ready for the engine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from programs.facts.vocabulary import Vocabulary
from programs.sourcing import Sourced, Text

if TYPE_CHECKING:
    from programs.manifest import Occupation, RefusedOccupation
    from programs.rules.nodes import Node
    from programs.rules.points import Points

DAYS_IN_A_YEAR = 365


@dataclass(frozen=True, slots=True)
class Waiver:
    """Someone who needs no letter at all: whoever meets `rule`."""

    code: str
    names: Text
    text: Text
    rule: Node
    sourced: Sourced


@dataclass(frozen=True, slots=True)
class Requirements:
    root: Node
    vocabulary: Vocabulary
    occupations: tuple[Occupation, ...] = ()
    refused: tuple[RefusedOccupation, ...] = ()
    days_in_a_year: int = DAYS_IN_A_YEAR
    points: Points | None = None
    not_needed: tuple[Waiver, ...] = ()
    # What the programme calls the codes of a fact: {"job.region": {"gyeonggi/suwon": Text}}.
    named: Mapping[str, Mapping[str, Text]] = field(default_factory=dict, compare=False)
    _by_code: dict[tuple[str, str | None], tuple[str, str]] = field(
        init=False, compare=False, repr=False, default_factory=dict
    )

    def __post_init__(self) -> None:
        for occupation in self.occupations:
            known = (occupation.code, occupation.visa_class)
            self._by_code[(occupation.code, occupation.edition)] = known
            self._by_code[(occupation.code, None)] = known
        former: dict[str, set[tuple[str, str]]] = {}
        for occupation in self.occupations:
            known = (occupation.code, occupation.visa_class)
            for alias in occupation.aliases:
                self._by_code[(alias.code, alias.edition)] = known
                former.setdefault(alias.code, set()).add(known)
        for code, meanings in former.items():
            if len(meanings) == 1 and not any(code == refused.code for refused in self.refused):
                self._by_code.setdefault((code, None), next(iter(meanings)))

    def occupation_meant(self, code: str, edition: str | None) -> tuple[str, str] | None:
        """(the programme's own code, visa class) of a code in an edition.

        Without an edition the programme's own codes come first; a former code counts only
        where it has one meaning and is not in use for something else.
        """
        return self._by_code.get((code, edition))

    def name_of(self, path: str, code: object) -> Text | None:
        """What the programme calls this value of a fact, if it has a name for it."""
        return self.named.get(path, {}).get(code) if isinstance(code, str) else None

    def refusal_of(self, code: str, edition: str | None = None) -> RefusedOccupation | None:
        """The occupation that is no longer recommended, if this code names one."""
        return next(
            (
                refused
                for refused in self.refused
                if refused.code == code and edition in (None, refused.edition)
            ),
            None,
        )
