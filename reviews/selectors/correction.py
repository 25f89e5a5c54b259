"""What was put right in a case, in words: which field, from what to what."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast

from django.utils.translation import gettext as _

from applications import wording
from applications.models import Application, Candidate
from applications.models.declared import SINGLE_KINDS, ClaimKind
from programs.facts import item_group
from reviews.models.correction import CANDIDATE

# A sealed column reads as what was sealed into it.
Value = Mapping[str, Any]


@dataclass(frozen=True)
class Changed:
    """One field that was put right; an empty side said nothing."""

    label: str
    before: str
    after: str

    @property
    def sentence(self) -> str:
        nothing = _("없음")
        return f"{self.label}: {self.before or nothing} → {self.after or nothing}"


@dataclass(frozen=True)
class Corrected:
    title: str
    changes: list[Changed]
    reason: str
    who: str
    at: datetime

    @property
    def sentences(self) -> list[str]:
        return [change.sentence for change in self.changes]


def corrections(case: Application) -> list[Corrected]:
    """Every correction of the case, oldest first: one query."""
    return [
        Corrected(
            title=title(one.subject, one.position),
            changes=changes(case, one.subject, cast(Value, one.before), cast(Value, one.after)),
            reason=one.reason,
            who=str(one.actor),
            at=one.at,
        )
        for one in case.corrections.select_related("actor").order_by("pk")
    ]


def title(subject: str, position: int) -> str:
    """What was put right: "학력 2", or the candidate's own data."""
    if subject == CANDIDATE:
        return _("외국인 정보")
    kind = ClaimKind(subject)
    return str(kind.label) if kind in SINGLE_KINDS else f"{kind.label} {position + 1}"


def changes(
    case: Application, subject: str, before: Mapping[str, Any], after: Mapping[str, Any]
) -> list[Changed]:
    """The fields in which two values differ, identifiers masked."""
    if subject == CANDIDATE:
        pairs = [{one["name"]: one for one in _candidate(said)} for said in (before, after)]
        names = [name for name in after if before.get(name) != after.get(name)]
        return [_pair(name, *pairs) for name in names if name in pairs[0] or name in pairs[1]]
    group = item_group(subject, case.manifest.vocabulary)

    def said(value: Mapping[str, Any], fact: Any) -> str:
        if fact.name not in value:
            return ""
        return wording.said(fact, value[fact.name], case.manifest, group=group.name)

    return [
        Changed(str(fact.label), said(before, fact), said(after, fact))
        for fact in group.stated
        if before.get(fact.name) != after.get(fact.name) and fact.name != "occupation_edition"
    ]


def _candidate(said: Mapping[str, Any]) -> list[dict[str, Any]]:
    born = said.get("birth_date")
    known = {**said, "birth_date": date.fromisoformat(born) if isinstance(born, str) else born}
    return wording.candidate_pairs(Candidate(**known))


def _pair(
    name: str, before: Mapping[str, dict[str, Any]], after: Mapping[str, dict[str, Any]]
) -> Changed:
    one = before.get(name) or after[name]
    return Changed(
        str(one["label"]),
        str(before[name]["value"]) if name in before else "",
        str(after[name]["value"]) if name in after else "",
    )
