"""What two people wrote differently in one section, field by field, in words."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from applications import wording
from applications.forms.candidate import CandidateForm
from applications.forms.facts import FactRows, FactsForm
from applications.models import Candidate
from applications.models.declared import ClaimKind
from applications.sections import Section
from programs.facts import item_group
from programs.manifest import Manifest


@dataclass(frozen=True)
class Difference:
    """`theirs` is what is stored now; either side may say nothing ("")."""

    label: str
    mine: str
    theirs: str


Form = CandidateForm | FactsForm | FactRows


def differences(
    section: Section, form: Form, *, candidate: Candidate, stored: Sequence[Mapping[str, Any]]
) -> list[Difference]:
    """The fields in which a validated form and what is stored differ."""
    if isinstance(form, CandidateForm):
        return list(_of_candidate(form, candidate))
    rows: list[FactsForm] = form.forms if isinstance(form, FactRows) else [form]
    rows = [row for row in rows if row.facts() or row.errors]
    kind = ClaimKind(section.name)
    found: list[Difference] = []
    for place in range(max(len(rows), len(stored))):
        mine = rows[place] if place < len(rows) else None
        theirs = stored[place] if place < len(stored) else {}
        head = f"{section.row or section.title} {place + 1} – " if section.many else ""
        found += _of_item(kind, mine, theirs, head, manifest=rows[0].manifest if rows else None)
    return found


def _of_item(
    kind: ClaimKind,
    mine: FactsForm | None,
    theirs: Mapping[str, Any],
    head: str,
    *,
    manifest: Manifest | None,
) -> Iterator[Difference]:
    group = item_group(kind, manifest.vocabulary) if manifest else item_group(kind)
    said = mine.facts() if mine is not None else {}
    for fact in group.stated:
        name = fact.name
        if name == "occupation_edition":
            continue
        wrong = mine is not None and name in mine.errors
        same = name in said and name in theirs and said[name] == theirs[name]
        if not wrong and (same or (name not in said and name not in theirs)):
            continue

        def words(of: Mapping[str, Any], fact: Any = fact, name: str = name) -> str:
            if name not in of:
                return ""
            if manifest is None:
                return str(of[name])
            return wording.said(fact, of[name], manifest, group=group.name)

        typed = str(mine[name].data or "") if wrong and mine is not None else words(said)
        if typed != words(theirs):
            yield Difference(f"{head}{fact.label}", typed, words(theirs))


def _of_candidate(form: CandidateForm, candidate: Candidate) -> Iterator[Difference]:
    said = form.values()
    typed = Candidate(**{name: value for name, value in said.items() if hasattr(candidate, name)})
    mine = {one["name"]: one["value"] for one in wording.candidate_pairs(typed)}
    theirs = {one["name"]: one for one in wording.candidate_pairs(candidate)}
    for name, field in form.fields.items():
        stored = theirs[name]["value"] if name in theirs else ""
        if name in form.errors:
            own = _("적은 그대로") if name.endswith("_no") else str(form[name].data or "")
        elif name not in said or _same(said[name], getattr(candidate, name)):
            continue
        else:
            own = str(mine.get(name, ""))
        yield Difference(str(field.label), own, str(stored))


def _same(one: Any, other: Any) -> bool:
    """Alike, or both saying nothing; "no" says something."""
    return one == other or (one in (None, "") and other in (None, ""))
