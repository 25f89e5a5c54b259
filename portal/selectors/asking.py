"""What a programme asks, before anybody is judged: its rules as a tree of plain sentences and its
papers with when and from whom.

The rules are judged on no facts at all: what is left of the answer is what they ask.
"""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from programs import calendar, figures
from programs.manifest import DocumentDef, Manifest
from programs.rules import evaluate, words

Tree = dict[str, Any]


@dataclass(frozen=True)
class Ask:
    """One rule: its sentence, what it asks in figures, how the rules below it are joined, and
    where it comes from. Sources that are those of the rule above are not said again."""

    code: str
    text: str
    required: str
    joined: str
    sources: tuple[str, ...]
    assumed: bool
    children: tuple["Ask", ...]


def asks(manifest: Manifest) -> Ask:
    """The programme's requirements; national figures are those of today. One query."""
    tree = evaluate(manifest.requirements, {}, on=calendar.today(), figures=figures.current()).tree
    return _ask(tree, manifest, above=(), assumed_above=False)


def _ask(node: Tree, manifest: Manifest, *, above: tuple[str, ...], assumed_above: bool) -> Ask:
    sources = tuple(words.source_words(source) for source in node["source"])
    return Ask(
        code=node["code"],
        text=words.in_language(node["text"]),
        required=_required(node, manifest),
        joined=_joined(node),
        sources=() if sources == above else sources,
        assumed=node["assumed"] and not assumed_above,
        children=tuple(
            _ask(
                child,
                manifest,
                above=sources or above,
                assumed_above=node["assumed"],
            )
            for child in node["children"]
        ),
    )


def _required(node: Tree, manifest: Manifest) -> str:
    """The figure or the name a rule asks for; nothing where its sentence has said it all: a yes or
    a no, a programme's own list, one thing of a kind."""
    asked = node["required"] or {}
    if node["kind"] == "has" and asked.get("count") == 1:
        return ""
    if node["kind"] == "fact":
        if "listed" in asked or any(isinstance(value, bool) for value in asked.values()):
            return ""
        if named := _names(node["fact"], asked, manifest):
            return named
    return words.required_words(node, vocabulary=manifest.vocabulary)


def _names(path: str, asked: dict[str, Any], manifest: Manifest) -> str:
    """The programme's own names of the codes that are asked for, if it has one for each."""
    if set(asked) - {"is", "in"}:
        return ""
    codes = [
        code for value in asked.values() for code in (value if isinstance(value, list) else [value])
    ]
    names = [manifest.requirements.name_of(path, code) for code in codes]
    if not names or None in names:
        return ""
    return ", ".join(f"{name} ({code})" for name, code in zip(names, codes, strict=True))


def _joined(node: Tree) -> str:
    """How the rules below belong together, in a word."""
    match node["kind"]:
        case "all_of":
            return pgettext("rules below", "모두 충족")
        case "any_of":
            return pgettext("rules below", "하나 이상 충족")
        case "some_of":
            count = node["required"]["count"]
            return ngettext("%(count)d개 이상 충족", "%(count)d개 이상 충족", count) % {
                "count": count
            }
        case "not":
            return pgettext("rules below", "해당하지 않아야 함")
        case "when":
            return pgettext("rules below", "해당하는 경우에만")
    return ""


@dataclass(frozen=True)
class Paper:
    """One document to file."""

    name: str
    when: str
    always: bool
    whose: str
    months: int | None
    replaces: tuple[str, ...]
    sources: tuple[str, ...]
    assumed: bool


def papers(manifest: Manifest) -> list[Paper]:
    """The programme's documents, those that everyone files first."""
    found = [paper(document, manifest) for document in manifest.documents]
    return sorted(found, key=lambda one: not one.always)


def paper(document: DocumentDef, manifest: Manifest) -> Paper:
    replaced = (manifest.document(code) for code in document.replaces)
    return Paper(
        name=str(document.names),
        when=_when(document),
        always=document.required is True,
        whose=whose(document.from_),
        months=document.validity_months,
        replaces=tuple(str(one.names) for one in replaced if one is not None),
        sources=tuple(str(one) for one in document.citations),
        assumed=document.assumed,
    )


def _when(document: DocumentDef) -> str:
    if document.required is True:
        return pgettext("document", "필수")
    if document.required is False:
        return pgettext("document", "선택")
    return str(document.required.text) or pgettext("document", "해당하는 경우")


def whose(from_: str) -> str:
    """Who brings a document."""
    return {
        "candidate": _("외국인 본인"),
        "company": _("고용기업"),
        "both": _("고용기업과 외국인"),
        "proxy": _("대리인"),
    }.get(from_, from_)
