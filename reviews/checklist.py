"""The checklist of one case, made from its pinned version: the documents it calls for, the
requirements of the way this person takes, and the programme's own points.

Nothing of it is stored but what reviewers mark. It follows what is declared: a changed claim may
call for another document or take another way, and what was not asked before is open.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from applications import facts as declared_facts
from applications.models import Application, Document
from applications.models.declared import ClaimKind
from programs import calendar
from programs import services as programs
from programs.manifest import Manifest
from programs.rules.nodes import AllOf, Node
from programs.sourcing import Text
from reviews.models import ChecklistMark, DocumentCheck
from reviews.read_already import brings

DOCUMENT, RULE = "document.", "rule."
Finding = ChecklistMark.Finding

# Where a claim of this kind is usually proven, by the catalogue's document codes.
PROVEN_BY = {
    ClaimKind.IDENTITY: "passport_copy",
    ClaimKind.CONTRACT: "contract",
    ClaimKind.DEGREE: "degree_cert",
    ClaimKind.CAREER: "career_cert",
    ClaimKind.LANGUAGE: "language_cert",
    ClaimKind.LICENCE: "licence",
    ClaimKind.EMPLOYER: "insurance_list",
}
# The groups of the rules' vocabulary whose claims those are.
GROUPS = {
    "candidate": ClaimKind.IDENTITY,
    "job": ClaimKind.CONTRACT,
    "degrees": ClaimKind.DEGREE,
    "careers": ClaimKind.CAREER,
    "languages": ClaimKind.LANGUAGE,
    "licences": ClaimKind.LICENCE,
    "employer": ClaimKind.EMPLOYER,
}


class Kind(models.TextChoices):
    DOCUMENT = "document", gettext_lazy("서류")
    RULE = "rule", gettext_lazy("요건")
    OWN = "own", pgettext_lazy("checklist", "프로그램의 점검 항목")


@dataclass(frozen=True)
class Point:
    """One point. `files` are the current files of a document: its finding is theirs. `way` says
    which of several ways this person takes; `evidence` are codes of documents that usually prove
    a requirement. `finding` is empty while nobody has looked."""

    code: str
    kind: Kind
    names: str
    assumed: bool = False
    needed: bool = False
    way: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    files: tuple[Document, ...] = ()
    mark: ChecklistMark | None = None
    finding: str = ""
    note: str = ""

    @property
    def open(self) -> bool:
        """Nobody has looked, or something is wanting: the case stays where it is."""
        return self.finding in ("", Finding.MISSING)

    @property
    def by_files(self) -> bool:
        """Marked by reading its files, not by itself."""
        return bool(self.files)

    @property
    def words(self) -> str:
        return str(Finding(self.finding).label) if self.finding else _("미확인")

    @property
    def tone(self) -> str:
        return TONES[self.finding]


TONES = {
    "": "gray",
    Finding.FULFILLED: "success",
    Finding.MISSING: "warning",
    Finding.NOT_APPLICABLE: "gray",
}


def points_of(case: Application) -> list[Point]:
    """Every point of the case, documents first: one query (the national figures) for a case loaded
    `with_papers` and with its claims, else up to four."""
    marks = {mark.code: mark for mark in case.marks.all()}
    facts = declared_facts.declared(case)
    return [
        *_documents(case, case.manifest, facts, marks),
        *_rules(case, facts, marks),
        *_own(case.manifest, marks),
    ]


def first_open(case: Application) -> Point | None:
    """A point that holds the case, and which counts first: what is cheapest to ask is asked first,
    so that a page that only wants to know whether the case can go on reads no more than it must."""
    marks = {mark.code: mark for mark in case.marks.all()}
    for point in _own(case.manifest, marks):
        if point.open:
            return point
    facts = declared_facts.declared(case)
    for point in (
        *_documents(case, case.manifest, facts, marks),
        *_rules(case, facts, marks),
    ):
        if point.open:
            return point
    return None


def _own(manifest: Manifest, marks: dict[str, ChecklistMark]) -> Iterator[Point]:
    for point in manifest.checklist:
        yield _marked(
            marks,
            code=point.code,
            kind=Kind.OWN,
            names=str(point.names),
            assumed=point.sourced.assumed,
        )


def _marked(marks: dict[str, ChecklistMark], *, code: str, **more: Any) -> Point:
    mark = marks.get(code)
    if mark is None:
        return Point(code=code, **more)
    return Point(code=code, mark=mark, finding=mark.finding, note=mark.note, **more)


# --- documents -------------------------------------------------------------------------------
def _documents(
    case: Application,
    manifest: Manifest,
    facts: declared_facts.Facts,
    marks: dict[str, ChecklistMark],
) -> Iterator[Point]:
    sent: dict[str, list[Document]] = {}
    for document in current_with_readings(case):
        sent.setdefault(document.code, []).append(document)
    for defined in manifest.documents:
        needed = defined.required_for(
            facts, on=calendar.today(), requirements=manifest.requirements
        )
        files = tuple(sent.get(defined.code, ()))
        more: dict[str, Any] = {
            "kind": Kind.DOCUMENT,
            "names": str(defined.names),
            "assumed": defined.assumed,
            "needed": bool(needed),
            "evidence": (defined.code,),
        }
        if files:
            finding, note = of_files(files)
            yield Point(
                code=DOCUMENT + defined.code, files=files, finding=finding, note=note, **more
            )
        elif needed:
            yield _marked(marks, code=DOCUMENT + defined.code, **more)


def current_with_readings(case: Application) -> list[Document]:
    """The files that count, in a steady order, each with what was found about it."""
    found = case.documents.all()
    if not brings(case, "documents"):
        found = found.filter(replaced_at=None).select_related("stored", "reading")
    return sorted(
        (document for document in found if document.replaced_at is None),
        key=lambda document: (document.code, document.part, document.pk),
    )


def reading_of(document: Document) -> DocumentCheck | None:
    try:
        return document.reading
    except DocumentCheck.DoesNotExist:
        return None


def of_files(files: tuple[Document, ...]) -> tuple[str, str]:
    """Finding and note of one document by its files: wanting if the newest word on it is, open
    while one is unread. A file found wanting does not count once a newer one has come."""
    newest = max(document.uploaded_at for document in files)
    read = [(document, reading_of(document)) for document in files]
    for _document, reading in read:
        wanting = reading is not None and reading.finding == DocumentCheck.Finding.WANTING
        if reading is not None and wanting and newest <= reading.checked_at:
            return Finding.MISSING, reading.note
    if any(reading is None for _document, reading in read):
        return "", ""
    fine = any(
        reading is not None and reading.finding == DocumentCheck.Finding.FINE
        for _document, reading in read
    )
    return (Finding.FULFILLED if fine else Finding.NOT_APPLICABLE), ""


# --- requirements ----------------------------------------------------------------------------
def _rules(
    case: Application, facts: declared_facts.Facts, marks: dict[str, ChecklistMark]
) -> Iterator[Point]:
    tree = _judged(case, facts)
    if tree is None:
        for code, node in _static(case.manifest):
            yield _marked(
                marks,
                code=code,
                kind=Kind.RULE,
                names=str(node.text),
                assumed=node.sourced.assumed,
            )
        return
    inside = tree["children"] if tree["kind"] == "all_of" else [tree]
    for number, node in enumerate(inside, 1):
        if node.get("applies") == "no":
            continue
        yield _marked(
            marks,
            code=RULE + (node["code"] or str(number)),
            kind=Kind.RULE,
            names=str(Text(**node["text"])),
            assumed=bool(node["assumed"]),
            way=tuple(dict.fromkeys(_ways(node))),
            evidence=tuple(dict.fromkeys(_evidence(node))),
        )


def _judged(case: Application, facts: declared_facts.Facts) -> dict[str, Any] | None:
    """What the rules say, judged once for all that a page asks of the same case. None for broken
    facts: they are shown where the rules are, and the points still have their names."""
    on = calendar.today()
    kept = case.__dict__.get("_judged_for_checklist")
    if kept is not None and kept[:2] == (on, facts):
        return kept[2]
    try:
        tree = programs.explain(version=case.version, facts=facts, on=on).tree
    except programs.ProgrammesRefused:
        tree = None
    case.__dict__["_judged_for_checklist"] = (on, facts, tree)
    return tree


def _static(manifest: Manifest) -> Iterator[tuple[str, Node]]:
    """The requirements that may become points, whoever applies."""
    root = manifest.requirements.root
    for number, node in enumerate(root.inside if isinstance(root, AllOf) else (root,), 1):
        yield RULE + (node.code or str(number)), node


def _taken(node: dict[str, Any]) -> list[dict[str, Any]]:
    """The rules inside one that matter: of a choice those that hold or, when none does, those that
    still may."""
    inside = node["children"]
    if node["kind"] == "when":
        return inside[1:]
    if node["kind"] not in ("any_of", "some_of"):
        return inside
    for verdict in ("met", "unknown"):
        if chosen := [child for child in inside if child["verdict"] == verdict]:
            return chosen
    return inside


def _ways(node: dict[str, Any]) -> Iterator[str]:
    for child in _taken(node):
        if node["kind"] in ("any_of", "some_of"):
            yield str(Text(**child["text"]))
        else:
            yield from _ways(child)


def _evidence(node: dict[str, Any]) -> Iterator[str]:
    group = node.get("group") or (node.get("fact") or "").partition(".")[0]
    if group in GROUPS and (code := PROVEN_BY.get(GROUPS[group])):
        yield code
    for child in _taken(node):
        yield from _evidence(child)


# --- what a finding needs ----------------------------------------------------------------------
def note_wanted(point: Point, finding: str, note: str) -> str:
    """The sentence that asks for a note where there must be one; else empty."""
    if note.strip() or not finding:
        return ""
    if finding == Finding.MISSING:
        return _("무엇을 보완해야 하는지 적어 주세요.")
    if point.kind == Kind.DOCUMENT and point.needed:
        return _("파일이 없는 필수 서류입니다. 없어도 되는 까닭을 적어 주세요.")
    return ""


# --- names -----------------------------------------------------------------------------------
def point_names(manifest: Manifest) -> dict[str, str]:
    """What every point that a case of this version can have is called, by code."""
    names = {DOCUMENT + one.code: str(one.names) for one in manifest.documents}
    names |= {code: str(node.text) for code, node in _static(manifest)}
    return names | {point.code: str(point.names) for point in manifest.checklist}
