"""What a supplement has changed: old and new answers and files side by side (T13)."""

from dataclasses import dataclass
from typing import Any, cast

from django.db.models import F

from applications import wording
from applications.models import Application, Candidate, Demand, Document, SupplementRequest
from applications.models.declared import SINGLE_KINDS, ClaimKind
from applications.sections import BY_NAME
from applications.services import buffer
from programs.manifest import Manifest
from reviews.claims import facts_of, group_of, said, stated
from reviews.facts import ORDER, claims_with_checks
from reviews.models import DeclaredBefore
from reviews.selectors.examination import document_names
from reviews.selectors.reading import read_url
from reviews.services.returning import candidate_now


@dataclass(frozen=True)
class Fact:
    """One fact that reads otherwise now. A dash where nothing is stated."""

    label: Any
    before: str
    after: str


@dataclass(frozen=True)
class ChangedClaim:
    """`how`: changed, new or gone."""

    title: str
    how: str
    facts: list[Fact]


@dataclass(frozen=True)
class NewFile:
    """A file that came with the answers, and the one it replaces if it replaces one."""

    title: str
    name: str
    url: str
    old_name: str
    old_url: str


@dataclass(frozen=True)
class Removed:
    title: str
    name: str
    url: str


@dataclass(frozen=True)
class Answered:
    asked: str
    answer: str


@dataclass(frozen=True)
class Changes:
    """What the last closed supplement has brought. `own`: nobody had asked for it; `words` then say
    what was changed and why."""

    request: SupplementRequest
    claims: list[ChangedClaim]
    files: list[NewFile]
    removed: list[Removed]
    answers: list[Answered]
    unanswered: int
    words: str = ""

    @property
    def own(self) -> bool:
        return self.request.demand == Demand.OWN

    @property
    def nothing(self) -> bool:
        return not (self.claims or self.files or self.removed)


def changes(case: Application) -> Changes | None:
    """Compare the case with what it was when the last supplement was asked for, or came unasked;
    None while one is open, and where none was. What the applicant prepares on their own is not
    seen before it is sent. Two queries, for a case loaded with its claims and files."""
    request = (
        SupplementRequest.every.filter(application=case)
        .exclude(demand=Demand.OWN, closed_at=None)
        .select_related("declared_before")
        .prefetch_related("items")
        .order_by(F("closed_at").desc(nulls_first=True), "-pk")
        .first()
    )
    if request is None or request.closed_at is None:
        return None
    items = list(request.items.all())
    return Changes(
        request=request,
        claims=_claims(case, request),
        files=_files(case, request),
        removed=_removed(case, request),
        answers=[Answered(item.text, item.answer) for item in items if item.answer],
        unanswered=sum(item.answered_at is None for item in items),
        words=_words(case) if request.demand == Demand.OWN else "",
    )


def _words(case: Application) -> str:
    """What the applicant wrote when sending what nobody had asked for."""
    said = case.changes.filter(transition="supplement_unasked").order_by("-pk")
    return said.values_list("reason", flat=True).first() or ""


# --- claims ------------------------------------------------------------------------------------
def _claims(case: Application, request: SupplementRequest) -> list[ChangedClaim]:
    try:
        # The other end of a relation that a lower room cannot know.
        kept = cast(Any, request).declared_before.claims
    except DeclaredBefore.DoesNotExist:  # asked for before this was kept
        return []
    before = {
        (row["kind"], row["position"]): row["declared"]
        for row in kept
        if row["kind"] != buffer.CANDIDATE
    }
    candidate = next((row["declared"] for row in kept if row["kind"] == buffer.CANDIDATE), None)
    after = {(claim.kind, claim.position): claim.declared for claim in claims_with_checks(case)}
    places = sorted(before.keys() | after.keys(), key=_place)
    found = [
        _changed(kind, position, before.get((kind, position)), after.get((kind, position)), case)
        for kind, position in places
    ]
    own = _candidate(candidate, candidate_now(case)) if candidate is not None else None
    return [claim for claim in (own, *found) if claim is not None]


def _candidate(before: dict[str, Any], after: dict[str, Any]) -> ChangedClaim | None:
    """Numbers of identity are masked: two that differ are shown although they may look alike."""
    old, new = _said_of(before), _said_of(after)
    labels = {one["name"]: one["label"] for one in (*old.values(), *new.values())}
    facts = [
        Fact(
            labels[name],
            str(old[name]["value"]) if name in old else "-",
            str(new[name]["value"]) if name in new else "-",
        )
        for name in after
        if name in labels and (before.get(name) or None) != (after[name] or None)
    ]
    return ChangedClaim(str(BY_NAME[buffer.CANDIDATE].title), "changed", facts) if facts else None


def _said_of(content: dict[str, Any]) -> dict[str, dict[str, Any]]:
    candidate = Candidate(**content)
    return {str(one["name"]): one for one in wording.candidate_pairs(candidate)}


def _place(key: tuple[str, int]) -> tuple[int, int]:
    return ORDER.index(ClaimKind(key[0])), key[1]


def _changed(
    kind: str,
    position: int,
    before: dict[str, Any] | None,
    after: dict[str, Any] | None,
    case: Application,
) -> ChangedClaim | None:
    if before == after:
        return None
    facts = _facts(kind, before or {}, after or {}, case.manifest)
    how = "new" if before is None else "gone" if after is None else "changed"
    if how == "changed" and not facts:
        return None
    return ChangedClaim(_title(kind, position, after or before or {}), how, facts)


def _title(kind: str, position: int, declared: dict[str, Any]) -> str:
    label = str(ClaimKind(kind).label)
    if kind in SINGLE_KINDS:
        return label
    name = wording.claim_title(kind, declared, position + 1)
    return name if name.startswith(label) else f"{label} · {name}"


def _facts(
    kind: str, before: dict[str, Any], after: dict[str, Any], manifest: Manifest
) -> list[Fact]:
    group, found = group_of(kind, manifest), []
    for fact in facts_of(kind, manifest):
        if not (stated(before, fact) or stated(after, fact)):
            continue
        old, new = said(group, fact, before, manifest), said(group, fact, after, manifest)
        if old != new:
            found.append(Fact(fact.label, old, new))
    return found


# --- files -------------------------------------------------------------------------------------
def _during(request: SupplementRequest, moment: Any) -> bool:
    """After the asking, up to the answer."""
    return (
        moment is not None
        and request.closed_at is not None
        and request.requested_at < moment <= request.closed_at
    )


def _files(case: Application, request: SupplementRequest) -> list[NewFile]:
    names = document_names(case)
    documents = sorted(case.documents.all(), key=lambda one: (one.code, one.part, one.pk))
    found = []
    for new in documents:
        if not _during(request, new.uploaded_at) or new.replaced_at is not None:
            continue
        old = _predecessor(documents, new, request)
        found.append(
            NewFile(
                title=_name(names, new),
                name=new.stored.name,
                url=read_url(case, new),
                old_name=old.stored.name if old else "",
                old_url=read_url(case, old) if old else "",
            )
        )
    return found


def _predecessor(
    documents: list[Document], new: Document, request: SupplementRequest
) -> Document | None:
    """The file in the same place when the supplement was asked for."""
    earlier = [
        one
        for one in documents
        if (one.code, one.part) == (new.code, new.part)
        and one.uploaded_at <= request.requested_at
        and _during(request, one.replaced_at)
        and one.pk != new.pk
    ]
    return earlier[-1] if earlier else None


def _removed(case: Application, request: SupplementRequest) -> list[Removed]:
    """Files taken out with nothing in their place."""
    names = document_names(case)
    documents = list(case.documents.all())
    filled = {(one.code, one.part) for one in documents if one.replaced_at is None}
    return [
        Removed(_name(names, one), one.stored.name, read_url(case, one))
        for one in documents
        if _during(request, one.replaced_at)
        and one.uploaded_at <= request.requested_at
        and (one.code, one.part) not in filled
    ]


def _name(names: dict[str, str], document: Document) -> str:
    name = names.get(document.code, document.code)
    return f"{name} {document.part}" if document.part > 1 else name
