"""What a catalogue file or the checker may ask of a higher room, by name.

Rooms register in AppConfig.ready(). A file that names a stage or a letter template which nobody
registered has a problem; a system check fails when a shipped one does.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING, Literal
from uuid import UUID

if TYPE_CHECKING:
    from programs.manifest import Manifest

Kind = Literal["stage", "letter template"]
KINDS: tuple[Kind, ...] = ("stage", "letter template")

# (the template's code, letter.html, letter.css): [(line of letter.html, what is wrong and what was
# expected)]. Asked without a database.
TemplateCheck = Callable[[str, str, str], list[tuple[int, str]]]
# (code, letter.html, letter.css, the newest version that names it): a line for the loader's
# report, or "" where nothing changed. Called in the loader's transaction, after the rows.
TemplateTaker = Callable[[str, str, str, "Manifest"], str]
# What people call the subjects of evaluations, as far as the room knows them: a receipt number.
Describe = Callable[[Collection[UUID]], Mapping[UUID, str]]

_known: dict[str, Callable[[], Collection[str]]] = {}
_template_checks: list[TemplateCheck] = []
_template_takers: list[TemplateTaker] = []
_describers: list[Describe] = []


def register(kind: Kind, names: Callable[[], Collection[str]]) -> None:
    """Say which names of this kind there are; asked when the check runs."""
    _known[kind] = names


def known(kind: Kind) -> frozenset[str]:
    """The names of a kind; none when nobody registered any."""
    return frozenset(_known[kind]()) if kind in _known else frozenset()


def check_template(check: TemplateCheck) -> None:
    """Be asked what is wrong with a letter template that lies in a programme's folder."""
    _template_checks.append(check)


def template_problems(code: str, html: str, css: str) -> list[tuple[int, str]]:
    return [problem for check in _template_checks for problem in check(code, html, css)]


def on_template(take: TemplateTaker) -> None:
    """Be given the letter template of a programme's folder whenever the catalogue is loaded."""
    _template_takers.append(take)


def bring_template(code: str, html: str, css: str, manifest: Manifest) -> list[str]:
    """Lines for the report from everyone who takes templates."""
    lines = [take(code, html, css, manifest) for take in _template_takers]
    return [line for line in lines if line]


def describe_subjects(describe: Describe) -> None:
    """Be asked what people call the subjects of evaluations."""
    _describers.append(describe)


def names_of(subjects: Collection[UUID]) -> dict[UUID, str]:
    """What people call these subjects; those nobody knows are left out."""
    names: dict[UUID, str] = {}
    for describe in _describers:
        names.update(describe(subjects))
    return names
