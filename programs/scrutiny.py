"""What a readable document may still get wrong: said when files are checked, never when a loaded
version is read again, so that a stricter checker stops no running programme."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from programs.manifest import Manifest
from programs.reachability import unreachable
from programs.reading import HANGUL, DocumentProblem
from programs.yaml_lines import Path

_WORD = re.compile(r"\b[a-z]{2,}")


def scrutinise(document: Any, manifest: Manifest | None) -> list[DocumentProblem]:
    """Every such problem. Without a manifest (the document has other problems) only what can be
    told from the document alone."""
    found = [*_untranslated(document, ()), *_twice(document)]
    if manifest is not None:
        found += _replacing_in_a_circle(manifest)
        found += unreachable(manifest)
    return found


def _untranslated(value: Any, path: Path) -> Iterator[DocumentProblem]:
    """Korean words without Hangul; names such as "IT" or "K-Tech Pass", with no small word, are
    the same in both languages. Works may have foreign titles."""
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from _untranslated(item, (*path, index))
    elif isinstance(value, dict):
        korean = value.get("ko")
        if isinstance(korean, str) and "en" in value and path[:1] != ("sources",):
            if not HANGUL.search(korean) and _WORD.search(korean):
                yield DocumentProblem(
                    (*path, "ko"), "no Hangul in the Korean text, expected a translation"
                )
            return
        for key, inner in value.items():
            yield from _untranslated(inner, (*path, key))


def _twice(document: Any) -> Iterator[DocumentProblem]:
    """Codes that name two different rules of one tree; a rule shared by an alias is one rule."""
    if not isinstance(document, dict):
        return
    for tree in ("requirements", "points"):
        seen: dict[str, Any] = {}
        for rule, path in _coded(document.get(tree), (tree,)):
            if seen.setdefault(rule["code"], rule) != rule:
                yield DocumentProblem(
                    (*path, "code"),
                    f"`{rule['code']}` names another rule already, expected a code of its own",
                )


def _coded(value: Any, path: Path) -> Iterator[tuple[dict[str, Any], Path]]:
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from _coded(item, (*path, index))
    elif isinstance(value, dict):
        if isinstance(value.get("code"), str) and "text" in value:
            yield value, path
        for key, inner in value.items():
            yield from _coded(inner, (*path, key))


def _replacing_in_a_circle(manifest: Manifest) -> Iterator[DocumentProblem]:
    """Documents that replace one another, so that nobody would have to bring any: each circle
    once, where its last link is written."""
    documents = {document.code: document for document in manifest.documents}
    places = {document.code: index for index, document in enumerate(manifest.documents)}
    done: set[str] = set()

    def follow(code: str, way: tuple[str, ...]) -> Iterator[DocumentProblem]:
        way = (*way, code)
        for index, other in enumerate(documents[code].replaces):
            place = ("documents", "items", places[code], "replaces", index)
            if other == code:
                yield DocumentProblem(place, f"`{code}` replaces itself, expected another document")
            elif other in way:
                circle = " replaces ".join(f"`{one}`" for one in (*way[way.index(other) :], other))
                yield DocumentProblem(place, f"{circle}, expected no circle: one of them must stay")
            elif other in documents and other not in done:
                yield from follow(other, way)
        done.add(code)

    for code in documents:
        if code not in done:
            yield from follow(code, ())
