"""docs/programmes.md tells the truth: every piece of YAML in it is sound, its table of facts is the
vocabulary, and the sentences it explains are sentences the checker says.

What is wrong with a table is put right with what `facts_table()` or `figures_table()` returns.
"""

import re
import textwrap
from pathlib import Path

import pytest
import yaml
from django.conf import settings
from django.utils import translation

from programs.catalogue_files import read_catalogue
from programs.facts import VOCABULARY, Fact

GUIDES = [settings.BASE_DIR / "docs" / f"programmes{end}.md" for end in ("", ".ko")]
EXAMPLE = settings.BASE_DIR / "docs" / "examples" / "gaon"
FENCE = re.compile(r"^```yaml (\w+)\n(.*?)^```", re.M | re.S)
# What a piece stands in: a whole programme whose rules ask for nothing much.
SKELETON = {
    "head": 'format: 1\nsources: {notice: {title: {ko: "공고", en: "Notice"}}}\n',
    "programme": "programme: gaon\n",
    "kind": "kind: letter\n",
    "names": 'names: {ko: "가온도 추천", en: "Gaon"}\n',
    "office": 'office: {code: gaon, names: {ko: "가온도", en: "Gaon"}, source: notice}\n',
    "version": 'version: {label: v1, from: "2026-09-01", status: in_force, source: notice}\n',
    "period": 'period: {code: gaon, from: "2026-09-01", to: "2027-08-31", source: notice}\n',
}
OF_A_CASE = ("stages", "documents", "deadlines", "receipt", "letter")
LISTS = ("occupations", "regions", "lists", "facts")
RULE = """requirements:
  text: {ko: "요건", en: "Requirements"}
  source: notice
  all_of:
"""
ANY_PAY = '- {text: {ko: "임금", en: "Pay"}, fact: job.annual_pay, at_least: 1}\n'


def pieces(path: Path) -> list[tuple[str, str]]:
    return FENCE.findall(path.read_text("utf-8"))


def keys(piece: str) -> set[str]:
    return set(re.findall(r"^(\w+):", piece, re.M))


def sections(path: Path) -> dict[str, str]:
    """The guide's own pieces by section, to stand around the piece that is looked at."""
    found = {}
    for kind, piece in pieces(path):
        if kind == "top":
            for part in re.split(r"^(?=\w)", piece, flags=re.M):
                if part.strip():
                    found.setdefault(part.partition(":")[0], part)
    return found


def whole(path: Path, kind: str, piece: str) -> str:
    """The piece in a file that is complete otherwise."""
    if kind == "file":
        return piece
    known = sections(path)
    parts = dict(SKELETON)
    parts |= {name: known[name] for name in (*OF_A_CASE, *LISTS)}
    if kind == "top":
        for name in keys(piece):
            parts.pop(name, None)
        if "requirements" not in keys(piece):
            parts["requirements"] = RULE + textwrap.indent(ANY_PAY, "    ")
        return "".join([*parts.values(), piece])
    if kind == "measure":
        value = textwrap.indent(piece, "  ").strip()
        piece = f'text: {{ko: "수", en: "A number"}}\nnumber: {value}\nat_least: 1\n'
    parts["points"] = known["points"]
    rule = "- " + textwrap.indent(piece, "  ").lstrip()
    return "".join(parts.values()) + RULE + textwrap.indent(rule, "    ")


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.name)
def test_every_piece_of_yaml_is_sound(guide, tmp_path):
    found = pieces(guide)
    assert {kind for kind, _piece in found} >= {"top", "rule", "measure"}
    wrong = []
    for number, (kind, piece) in enumerate(found):
        folder = tmp_path / str(number) / "gaon"
        folder.mkdir(parents=True)
        if kind == "file":
            for name in ("letter.html", "letter.css"):
                (folder / name).write_text((EXAMPLE / name).read_text("utf-8"), "utf-8")
        file = folder / "2026-09-01.yaml"
        file.write_text(whole(guide, kind, piece), "utf-8")
        for problem in read_catalogue([folder]).problems:
            line = file.read_text("utf-8").splitlines()[problem.line - 1]
            wrong.append(f"{kind} {number}: {problem.sentence}\n    {line.strip()}")
    assert not wrong, "\n".join(wrong)


def test_the_pieces_show_every_kind_of_rule_and_every_measure():
    from programs.rules.conditions import OPERATORS
    from programs.rules.reading import _READERS
    from programs.rules.reading_measures import _HEADS

    guide = GUIDES[0].read_text("utf-8")
    shown = " ".join(piece for _kind, piece in pieces(GUIDES[0]))
    missing = [f"{word}:" for word in (*_READERS, *_HEADS) if f"{word}:" not in shown]
    missing += [word for word in OPERATORS if f"`{word}`" not in guide]
    assert not missing


def facts_table() -> str:
    """Every fact of the vocabulary, as the guides print it."""
    with translation.override("ko"):
        lines = ["| fact | type | 이름 |", "|---|---|---|"]
        for group in VOCABULARY.groups:
            mark = " (list)" if group.many else ""
            lines.append(f"| **{group.name}**{mark} | | {group.label} |")
            lines += [
                f"| `{group.name}.{fact.name}` | {type_of(fact)} | {fact.label} |"
                for fact in group.facts
            ]
        return "\n".join(lines)


def type_of(fact: Fact) -> str:
    said = str(fact.type) + (f", {fact.unit}" if fact.unit else "")
    if fact.codes:
        said += ": " + ", ".join(f"`{code}`" for code in fact.codes)
    if fact.listed:
        said += f" of `{fact.listed}`"
    return (
        said + ("; computed" if fact.derived else "") + ("; may be open" if fact.nullable else "")
    )


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.name)
def test_the_table_of_facts_is_the_vocabulary(guide):
    text = guide.read_text("utf-8")
    shown = text.partition("<!-- facts -->\n")[2].partition("\n<!-- /facts -->")[0]
    assert shown == facts_table()


def figures_table() -> str:
    """Every national figure that is shipped, with its unit."""
    lines = ["| figure | unit | 이름 | name |", "|---|---|---|---|"]
    for path in sorted((settings.BASE_DIR / "programs" / "catalogue" / "figures").glob("*.yaml")):
        for key, figure in yaml.safe_load(path.read_text("utf-8"))["figures"].items():
            names = figure["names"]
            lines.append(f"| `{key}` | {figure['unit']} | {names['ko']} | {names['en']} |")
    return "\n".join(lines)


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.name)
def test_the_table_of_figures_is_what_is_shipped(guide):
    text = guide.read_text("utf-8")
    shown = text.partition("<!-- figures -->\n")[2].partition("\n<!-- /figures -->")[0]
    assert shown == figures_table()


def test_the_two_guides_show_the_same_pieces():
    english, korean = ([one for one in pieces(guide) if one[0] != "file"] for guide in GUIDES)
    assert korean == english


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.name)
def test_the_sentences_it_explains_are_said(guide):
    table = guide.read_text("utf-8").split("|---|---|\n")[-1].partition("\n\n")[0]
    sentences = re.findall(r"^\| `([^`]+)`", table, re.M)
    assert len(sentences) > 12
    rooms = [settings.BASE_DIR / room for room in ("programs", "letters")]
    code = " ".join(
        re.sub(r'"\n\s+f?"', "", file.read_text("utf-8"))
        for room in rooms
        for file in room.rglob("*.py")
    )
    code = re.sub(r'unknown\("(\w+)"', r"unknown \1", code)  # the sentence it makes
    assert [one for one in sentences if one not in code] == []
