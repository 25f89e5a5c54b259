"""The catalogue's files on disk: read, checked alone and together, without a database.

A file says what it is by its first words: `programme` (a dated version), `figures` (national
figures) or `holidays` (the calendar's table, which the calendar reads itself).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings

from programs import letter_files, registry
from programs.document import read_document
from programs.figures import Figures, FigureValue
from programs.figures_document import read_figures
from programs.letter_files import LetterFiles
from programs.manifest import Manifest
from programs.reading import DocumentProblem, unknown
from programs.scrutiny import scrutinise
from programs.yaml_lines import Read, read

SUFFIXES = (".yaml", ".yml")


@dataclass(frozen=True, slots=True, order=True)
class FileProblem:
    file: str
    line: int
    sentence: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.sentence}"


@dataclass(frozen=True, slots=True)
class VersionFile:
    file: str
    document: dict[str, Any]
    manifest: Manifest
    read: Read
    letter: LetterFiles | None = None  # the template that lies in the file's folder


@dataclass(slots=True)
class Catalogue:
    """What the files hold, and every problem of every file."""

    versions: list[VersionFile] = field(default_factory=list)
    figures: list[FigureValue] = field(default_factory=list)
    figure_keys: set[str] = field(default_factory=set)
    problems: list[FileProblem] = field(default_factory=list)
    files: int = 0


def read_catalogue(
    paths: Iterable[Path], *, figure_keys: frozenset[str] = frozenset()
) -> Catalogue:
    """Read files and folders. Where no figures are among them, the shipped ones are known, and
    those of `figure_keys` always."""
    catalogue = Catalogue()
    programmes: list[tuple[str, Read]] = []
    for path in paths:
        for file in _files(path, catalogue):
            catalogue.files += 1
            read_file = _read(file, catalogue)
            if read_file is None:
                continue
            data = read_file.data
            if isinstance(data, dict) and "programme" in data:
                programmes.append((str(file), read_file))
            elif isinstance(data, dict) and "figures" in data:
                _figures(str(file), read_file, catalogue)
            elif not (isinstance(data, dict) and "holidays" in data):
                catalogue.problems.append(
                    FileProblem(
                        str(file), 1, "neither `programme` nor `figures`, expected one of them"
                    )
                )
    known = (frozenset(catalogue.figure_keys) or shipped_figure_keys()) | figure_keys
    for name, read_file in programmes:
        _version(name, read_file, known, catalogue)
    _together(catalogue)
    _series(catalogue)
    _letters(catalogue)
    catalogue.problems = sorted(set(catalogue.problems))
    return catalogue


def shipped_figures() -> Figures:
    """The figures that come with the product, for judging without a database."""
    return Figures(_shipped_figures().figures)


def shipped_figure_keys() -> frozenset[str]:
    """Those for which nothing is announced yet included."""
    return frozenset(_shipped_figures().figure_keys)


def _shipped_figures() -> Catalogue:
    catalogue = Catalogue()
    for file in _files(settings.CATALOGUE_DIR / "figures", catalogue):
        if read_file := _read(file, catalogue):
            _figures(str(file), read_file, catalogue)
    return catalogue


def _files(path: Path, catalogue: Catalogue) -> list[Path]:
    if path.is_dir():
        found = sorted(file for file in path.rglob("*") if file.suffix in SUFFIXES)
        if not found:
            catalogue.problems.append(
                FileProblem(str(path), 1, "no files in this folder, expected *.yaml")
            )
        return found
    return [path]


@lru_cache(maxsize=16)
def _parsed(text: str) -> Read:
    """The same text is read once per process; nobody changes what comes out."""
    return read(text)


def _read(file: Path, catalogue: Catalogue) -> Read | None:
    """The file's data; None when it cannot be read, with the problem noted."""
    try:
        text = file.read_text(encoding="utf-8-sig")
    except OSError as error:
        why = (error.strerror or "unreadable").lower()
        catalogue.problems.append(FileProblem(str(file), 1, f"{why}, expected a file to read"))
        return None
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        catalogue.problems.append(FileProblem(str(file), line, "not UTF-8, expected UTF-8 text"))
        return None
    found = _parsed(text)
    catalogue.problems += [
        FileProblem(str(file), problem.line, problem.sentence) for problem in found.problems
    ]
    return None if found.data is None else found


def _figures(file: str, found: Read, catalogue: Catalogue) -> None:
    values, problems = read_figures(found.data)
    _note(file, found, [*problems, *scrutinise(found.data, None)], catalogue)
    for key in found.data["figures"] if values is not None else ():
        if key in catalogue.figure_keys:
            line = found.line_of(("figures", key))
            catalogue.problems.append(
                FileProblem(file, line, f"`{key}` is in another file, expected it once")
            )
        catalogue.figure_keys.add(key)
    catalogue.figures += values or ()


def _version(file: str, found: Read, figures: frozenset[str], catalogue: Catalogue) -> None:
    manifest, problems = read_document(found.data, figures=figures)
    _note(file, found, [*problems, *scrutinise(found.data, manifest)], catalogue)
    if manifest is None:
        return
    letter, unreadable = letter_files.beside(file)
    version = VersionFile(file, found.data, manifest, found, letter)
    catalogue.versions.append(version)
    if unreadable:
        catalogue.problems.append(FileProblem(*unreadable))
    own = {Path(file).resolve().parent.name} if letter or unreadable else set()
    catalogue.problems += _unregistered(version, own)


def _unregistered(version: VersionFile, own: set[str]) -> list[FileProblem]:
    """Stages and letter templates that the file names and no room knows; `own` is the code of
    the template in its folder."""
    manifest, found = version.manifest, []
    stages = registry.known("stage")
    for index, stage in enumerate(manifest.stages):
        if stage.kind not in stages:
            line = version.read.line_of(("stages", "items", index, "kind"))
            found.append((line, "stage", stage.kind, stages))
    if manifest.letter is not None:
        templates = registry.known("letter template") | own
        if manifest.letter.template not in templates:
            line = version.read.line_of(("letter", "template"))
            found.append((line, "letter template", manifest.letter.template, templates))
    return [
        FileProblem(
            version.file,
            line,
            unknown(kind, name, sorted(known)),
        )
        for line, kind, name, known in found
    ]


def _letters(catalogue: Catalogue) -> None:
    """Each folder's template, once: it must be sound, and some version must name it."""
    used: dict[str, set[str]] = {}
    letters: dict[str, LetterFiles] = {}
    for version in catalogue.versions:
        if version.letter is not None:
            letters[version.letter.file] = version.letter
            named = version.manifest.letter.template if version.manifest.letter else ""
            used.setdefault(version.letter.file, set()).add(named)
    for file, letter in letters.items():
        catalogue.problems += [FileProblem(*one) for one in letter_files.problems(letter)]
        if letter.code not in used[file]:
            sentence = f"no version here uses it, expected `letter: {{template: {letter.code}}}`"
            catalogue.problems.append(FileProblem(file, 1, sentence))


def _note(file: str, found: Read, problems: list[DocumentProblem], catalogue: Catalogue) -> None:
    catalogue.problems += [
        FileProblem(file, found.line_of(problem.path), problem.sentence)
        for problem in problems
        if problem.path not in found.slips
    ]


def _together(catalogue: Catalogue) -> None:
    """Versions of one programme against each other: labels, periods, kind and office."""
    by_programme: dict[str, list[VersionFile]] = {}
    for version in catalogue.versions:
        by_programme.setdefault(version.manifest.slug, []).append(version)
    for versions in by_programme.values():
        versions.sort(key=lambda version: version.manifest.effective_from)
        first, labels = versions[0], set()
        judging: VersionFile | None = None
        for version in versions:
            manifest = version.manifest
            if manifest.label in labels:
                _conflict(catalogue, version, "label", f"the label `{manifest.label}` again")
            labels.add(manifest.label)
            if (manifest.kind, manifest.office.code) != (
                first.manifest.kind,
                first.manifest.office.code,
            ):
                _conflict(catalogue, version, "label", f"kind or office unlike {first.file}")
            if manifest.status != "in_force":
                continue
            if judging is not None and _overlap(judging, version):
                _conflict(catalogue, version, "from", f"a period that overlaps {judging.file}")
            judging = version


def _series(catalogue: Catalogue) -> None:
    """Letters of one office and series are numbered together, so they must look alike."""
    first: dict[tuple[str, str], VersionFile] = {}
    for version in catalogue.versions:
        letter = version.manifest.letter
        if letter is None:
            continue
        earlier = first.setdefault((version.manifest.office.code, letter.series), version)
        other = earlier.manifest.letter
        if (
            other is not None
            and earlier.manifest.slug != version.manifest.slug
            and other.number_pattern != letter.number_pattern
        ):
            line = version.read.line_of(("letter", "number", "pattern"))
            sentence = (
                f"`{letter.number_pattern}` and `{other.number_pattern}` in {earlier.file} of the "
                f"series `{letter.series}`: letters of one series share numbers, expected one "
                "pattern"
            )
            catalogue.problems.append(FileProblem(version.file, line, sentence))


def _overlap(earlier: VersionFile, later: VersionFile) -> bool:
    """Two versions of one day; or an end, said in the earlier file, that the later one begins
    before. An end that is not said is the day before the next begins."""
    begins = later.manifest.effective_from
    if earlier.manifest.effective_from == begins:
        return True
    said = "to" in earlier.document["version"]
    ends = earlier.manifest.effective_to
    return said and ends is not None and ends > begins - timedelta(days=1)


def _conflict(catalogue: Catalogue, version: VersionFile, key: str, what: str) -> None:
    line = version.read.line_of(("version", key))
    catalogue.problems.append(
        FileProblem(version.file, line, f"{what}, expected versions that follow each other")
    )
