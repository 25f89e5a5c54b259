"""Claims in words: the facts each kind has, and how a declared or verified value reads."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy, pgettext_lazy

from applications import wording
from applications.models import Claim
from applications.models.declared import SINGLE_KINDS, ClaimKind
from programs.facts import Choice, Fact, FactType, Group, item_group
from programs.manifest import Manifest

# The identity claim is no group of the vocabulary: names are nothing a rule may ask about.
IDENTITY = Group(
    "identity",
    gettext_lazy("인적사항"),
    (
        Fact("surname", FactType.TEXT, gettext_lazy("성 (여권 영문)")),
        Fact("given_names", FactType.TEXT, gettext_lazy("이름 (여권 영문)")),
        Fact("birth_date", FactType.DATE, gettext_lazy("생년월일")),
        Fact(
            "sex",
            FactType.CHOICE,
            gettext_lazy("성별"),
            choices=(
                Choice("M", pgettext_lazy("sex", "남")),
                Choice("F", pgettext_lazy("sex", "여")),
                Choice("X", pgettext_lazy("sex", "기타")),
            ),
        ),
        Fact("nationality", FactType.COUNTRY, gettext_lazy("국적")),
        Fact("in_korea", FactType.YES_NO, gettext_lazy("현재 국내 체류")),
        Fact("status", FactType.CODE, gettext_lazy("현재 체류자격")),
    ),
)
# The edition belongs to the code and is never read or typed apart from it.
NOT_SHOWN = frozenset({"occupation_edition"})


@dataclass(frozen=True)
class Line:
    """One fact of a claim, as declared and as verified."""

    label: Any
    declared: str
    verified: str
    differs: bool
    name: str = ""


def group_of(kind: str, manifest: Manifest) -> Group:
    """The facts of a claim of this kind; a programme's own questions are in its manifest."""
    return IDENTITY if kind == ClaimKind.IDENTITY else item_group(kind, manifest.vocabulary)


def facts_of(kind: str, manifest: Manifest) -> tuple[Fact, ...]:
    """The facts of a claim that people read and type, in the vocabulary's order."""
    return tuple(fact for fact in group_of(kind, manifest).stated if fact.name not in NOT_SHOWN)


def lines(claim: Claim, verified: dict[str, Any] | None, manifest: Manifest) -> list[Line]:
    """The claim fact by fact. Facts that neither side states are left out."""
    group, found = group_of(claim.kind, manifest), []
    for fact in facts_of(claim.kind, manifest):
        sides = (claim.declared, verified or {})
        if all(side.get(fact.name) in (None, "") and not stated(side, fact) for side in sides):
            continue
        declared = said(group, fact, claim.declared, manifest)
        checked = said(group, fact, verified, manifest) if verified is not None else ""
        found.append(
            Line(
                fact.label,
                declared,
                checked,
                differs=verified is not None and checked != declared,
                name=fact.name,
            )
        )
    return found


def stated(value: dict[str, Any], fact: Fact) -> bool:
    """Whether the value says something about the fact; null says something where it may stand."""
    return fact.name in value and (fact.nullable or value[fact.name] not in (None, ""))


def said(group: Group, fact: Fact, value: dict[str, Any], manifest: Manifest) -> str:
    """One fact in the reader's words; a dash where nothing is stated."""
    if not stated(value, fact):
        return "–"
    return wording.said(fact, value[fact.name], manifest, group=group.name)


def claim_title(claim: Claim) -> str:
    """The kind, with what tells one of several from the others."""
    return titled(claim.kind, claim.declared, claim.position)


def titled(kind: str, declared: dict[str, Any], position: int) -> str:
    label = str(ClaimKind(kind).label)
    if kind in SINGLE_KINDS:
        return label
    name = wording.claim_title(kind, declared, position + 1)
    return name if name.startswith(label) else f"{label} · {name}"
