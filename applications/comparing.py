"""What changed between two versions of a programme, for someone who began under the older one."""

from collections.abc import Iterator
from dataclasses import dataclass, field, fields, is_dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from applications.wording import period_words
from programs import calendar, figures
from programs.facts import Fact, Vocabulary
from programs.manifest import DocumentDef, Manifest
from programs.rules import evaluate, words
from programs.rules.nodes import Listed, Node
from programs.rules.points import Band, Part, Points

# What a rule says about itself; whether it asks for something else is in the rest of it.
WORDS = frozenset({"text", "sourced", "code", "names"})
CHILDREN = frozenset({"children", "child", "condition", "then"})


@dataclass(frozen=True)
class Changed:
    """The same words with another value; both sides empty where no words tell the difference."""

    what: str
    before: str
    after: str


@dataclass(frozen=True)
class Changes:
    """Labels of both versions, the lines that only one of them has, and what each says otherwise
    under the same words."""

    before: str
    after: str
    gone: list[str]
    new: list[str]
    changed: list[Changed] = field(default_factory=list)


@dataclass(frozen=True)
class Line:
    """`value` is what people read beside the text, `asks` all that the rule depends on."""

    text: str
    value: str = ""
    asks: str = ""


def changes(before: Manifest, after: Manifest) -> Changes:
    """Rules, points, occupations, documents and periods as lines in the reader's language,
    compared; figures are those of today."""
    old, new = _by_text(before), _by_text(after)
    return Changes(
        before=before.label,
        after=after.label,
        gone=[text for text in old if text not in new],
        new=[text for text in new if text not in old],
        changed=[
            change for text in old if text in new for change in _between(text, old[text], new[text])
        ],
    )


def _by_text(manifest: Manifest) -> dict[str, list[Line]]:
    found: dict[str, list[Line]] = {}
    for line in _lines(manifest):
        if line.text and line not in found.setdefault(line.text, []):
            found[line.text].append(line)
    return found


def _between(text: str, old: list[Line], new: list[Line]) -> Iterator[Changed]:
    """Rules may share their words (one under each route): what only one side has is told."""
    if old == new:
        return
    gone = [line for line in old if line not in new]
    come = [line for line in new if line not in old]
    if not gone and not come:
        return
    before, after = (
        ", ".join(dict.fromkeys(line.value for line in lines if line.value))
        for lines in (gone, come)
    )
    if before == after:
        before = after = ""
    yield Changed(text, before, after)


def _lines(manifest: Manifest) -> Iterator[Line]:
    requirements = manifest.requirements
    tree = evaluate(requirements, {}, on=calendar.today(), figures=figures.current()).tree
    yield from _rules(requirements.root, tree, manifest.vocabulary)
    if requirements.points is not None:
        yield from _points(requirements.points)
    for occupation in manifest.occupations:
        yield Line(f"{occupation.code} {occupation.names} ({occupation.visa_class})")
    for listed in (manifest.regions, manifest.fields, *manifest.lists.values()):
        yield from (Line(str(one.names)) for one in listed)
    for document in manifest.documents:
        yield _document(document)
    if manifest.deadlines is not None:
        period = manifest.deadlines.processing
        yield Line(_("처리 기간"), period_words(period), period)
        days = str(manifest.deadlines.supplement_days)
        yield Line(_("보완 기간"), _("%(days)s일") % {"days": days}, days)
    if manifest.letter is not None:
        months = str(manifest.letter.validity_months)
        yield Line(_("추천서 유효기간"), _("%(months)s개월") % {"months": months}, months)


def _rules(node: Node, tree: dict[str, Any], vocabulary: Vocabulary) -> Iterator[Line]:
    inside = node.inside
    value = "" if inside else words.required_words(tree, vocabulary=vocabulary)
    yield Line(str(node.text), value, _asks(node))
    for inner, below in zip(inside, tree["children"], strict=True):
        yield from _rules(inner, below, vocabulary)


def _asks(part: object) -> str:
    """Everything in a part of a rule that decides, and none of its words. Rules within it and the
    items of lists are told by themselves."""
    if isinstance(part, Fact):
        return part.name
    if isinstance(part, (list, tuple)):
        return f"[{', '.join(map(_asks, part))}]"
    if isinstance(part, frozenset):
        return str(sorted(part))
    if isinstance(part, Listed):
        return part.name
    if is_dataclass(part):
        passed = WORDS | CHILDREN if isinstance(part, Node) else WORDS
        said = [
            f"{each.name}={_asks(getattr(part, each.name))}"
            for each in fields(part)
            if each.init and each.name not in passed
        ]
        return f"{type(part).__name__}({', '.join(said)})"
    return repr(part)


def _points(points: Points) -> Iterator[Line]:
    for part in points.every_part():
        for entry in part.entries:
            if not isinstance(entry, Part):
                rule = entry.rule if isinstance(entry, Band) else None
                text = rule.text if rule is not None else entry.text  # type: ignore[union-attr]
                worth = words.amount_words(entry.points, "points")
                yield Line(f"{part.names}: {text}", worth, f"{entry.points} {_asks(entry)}")


def _document(document: DocumentDef) -> Line:
    required = document.required
    if required is True:
        value = pgettext("document", "필수")
    elif required is False:
        value = pgettext("document", "선택")
    else:
        value = str(required.text)
    if document.validity_months:
        value += " · " + _("%(months)s개월 안의 것") % {"months": document.validity_months}
    return Line(str(document.names), value, value + _asks(required))
