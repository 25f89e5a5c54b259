"""What changed between two versions of a programme, for someone who began under the older one."""

from collections.abc import Iterator
from dataclasses import dataclass

from programs.manifest import Manifest
from programs.rules import words
from programs.rules.nodes import Node
from programs.rules.points import Band, Part, Points


@dataclass(frozen=True)
class Changes:
    """Labels of both versions, and the lines that only one of them has."""

    before: str
    after: str
    gone: list[str]
    new: list[str]


def changes(before: Manifest, after: Manifest) -> Changes:
    """Rules, occupations and documents as lines in the reader's language, compared."""
    old, new = list(_lines(before)), list(_lines(after))
    return Changes(
        before=before.label,
        after=after.label,
        gone=[line for line in dict.fromkeys(old) if line not in new],
        new=[line for line in dict.fromkeys(new) if line not in old],
    )


def _lines(manifest: Manifest) -> Iterator[str]:
    yield from _rules(manifest.requirements.root)
    if manifest.requirements.points is not None:
        yield from _points(manifest.requirements.points)
    for occupation in manifest.occupations:
        yield f"{occupation.code} {occupation.names} ({occupation.visa_class})"
    for document in manifest.documents:
        yield str(document.names)


def _rules(node: Node) -> Iterator[str]:
    if text := str(node.text):
        yield text
    for inner in node.inside:
        yield from _rules(inner)


def _points(points: Points) -> Iterator[str]:
    for part in points.every_part():
        for entry in part.entries:
            if not isinstance(entry, Part):
                text = entry.rule.text if isinstance(entry, Band) else entry.text
                worth = words.amount_words(entry.points, "points")
                yield f"{part.names}: {text} ({worth})"
