"""What a fact, a group of facts and a vocabulary are."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise
else:
    StrOrPromise = str


OWN_LABEL = _("프로그램별 확인 사항")


class FactType(StrEnum):
    TEXT = "text"
    CODE = "code"
    DATE = "date"
    NUMBER = "number"
    MONEY = "money"
    SHARE = "share"
    YES_NO = "yes_no"
    CHOICE = "choice"
    LEVEL = "level"
    COUNTRY = "country"


ORDERED = {FactType.DATE, FactType.NUMBER, FactType.MONEY, FactType.SHARE, FactType.LEVEL}
WHOLE_NUMBERS = {FactType.NUMBER, FactType.MONEY, FactType.SHARE}


@dataclass(frozen=True, slots=True)
class Choice:
    code: str
    label: StrOrPromise


class Change(StrEnum):
    """Whether a person can bring about another value: at once, with time, or not at all."""

    NOW = "now"
    LATER = "later"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact. `choices` of a LEVEL are in ascending order; `nullable` means null says
    something ("still there", "never ends") and is not the same as absent. `grows` marks a
    number that only time changes, and only upwards. `listed` names the programme's list from
    which a code is chosen."""

    name: str
    type: FactType
    label: StrOrPromise
    choices: tuple[Choice, ...] = ()
    minimum: int | None = None
    maximum: int | None = None
    unit: str = ""
    nullable: bool = False
    derived: bool = False
    help: StrOrPromise = ""
    change: Change = Change.NOW
    grows: bool = False
    listed: str = ""

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(choice.code for choice in self.choices)

    def rank(self, code: str) -> int:
        """The place of a level in its order."""
        return self.codes.index(code)


@dataclass(frozen=True, slots=True)
class Group:
    """Facts that belong together; `many` means a list of items with these facts.

    `change` says what another item of a list takes; an item of a `lasting` list cannot be
    undone. `personal`: its dates lie in the candidate's life.
    """

    name: str
    label: StrOrPromise
    facts: tuple[Fact, ...]
    many: bool = False
    change: Change = Change.NOW
    lasting: bool = False
    personal: bool = False
    by_name: dict[str, Fact] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_name", {fact.name: fact for fact in self.facts})

    def fact(self, name: str) -> Fact | None:
        return self.by_name.get(name)

    @property
    def stated(self) -> tuple[Fact, ...]:
        """The facts a person can state: those that are not derived."""
        return tuple(fact for fact in self.facts if not fact.derived)


@dataclass(frozen=True, slots=True)
class Vocabulary:
    groups: tuple[Group, ...]
    by_name: dict[str, Group] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_name", {group.name: group for group in self.groups})

    def group(self, name: str) -> Group | None:
        return self.by_name.get(name)

    def fact(self, path: str) -> Fact | None:
        """The fact at "job.annual_pay"; None for an unknown path or a list's item."""
        group_name, _dot, name = path.partition(".")
        group = self.by_name.get(group_name)
        return None if group is None or group.many else group.fact(name)

    def extended(self, own: tuple[Fact, ...]) -> Vocabulary:
        """This vocabulary with a programme's own questions as the group `own`."""
        if not own:
            return self
        return replace(
            self,
            groups=(*self.groups, Group("own", OWN_LABEL, own)),
        )
