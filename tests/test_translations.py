"""Whoever reads English reads all of it: nothing is left Korean, lost, or never collected."""

import ast
import importlib
import os
import pkgutil
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import polib
import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.forms import BaseForm
from django.utils import translation
from django.utils.translation import gettext, ngettext, pgettext

ROOT: Path = settings.BASE_DIR
CATALOGUE = ROOT / "locale" / "en" / "LC_MESSAGES" / "django.po"
HANGUL = re.compile("[\u1100-\u11ff\u3131-\u318e\uac00-\ud7a3]")
PLACEHOLDER = re.compile(r"%(?:\(\w+\))?[#0\- +]*\d*(?:\.\d+)?[sdfr%]|\{\w*\}")
TAG = re.compile(r"</?\w+[^>]*>")

LANGUAGE_NAMES = {name for _, name in settings.LANGUAGES}

# What `make messages` leaves out, and what holds no text of ours.
NOT_OURS = {"var", ".venv", "tests", ".git", "locale", "node_modules"}

# --- The catalogue --------------------------------------------------------------------------


@pytest.fixture(scope="module")
def catalogue() -> polib.POFile:
    return polib.pofile(str(CATALOGUE), check_for_duplicates=True)


def translations(entry: polib.POEntry) -> list[str]:
    return list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]


def name(entry: polib.POEntry) -> str:
    return f"[{entry.msgctxt}] {entry.msgid}" if entry.msgctxt else entry.msgid


def test_every_text_is_translated(catalogue):
    assert [name(one) for one in catalogue.untranslated_entries()] == []


def test_no_translation_is_a_guess(catalogue):
    assert [name(one) for one in catalogue.fuzzy_entries()] == []


def test_nothing_obsolete_is_kept(catalogue):
    assert [name(one) for one in catalogue.obsolete_entries()] == []


def test_the_english_holds_no_hangul(catalogue):
    korean = [text for one in catalogue for text in translations(one) if HANGUL.search(text)]
    assert korean == []


@pytest.mark.parametrize("pattern", [PLACEHOLDER, TAG], ids=["placeholders", "tags"])
def test_every_translation_keeps_what_is_filled_in(catalogue, pattern):
    changed = [
        (name(one), text)
        for one in catalogue
        for text in translations(one)
        if Counter(pattern.findall(text)) != Counter(pattern.findall(one.msgid))
    ]
    assert changed == []


def test_every_translation_begins_and_ends_its_lines_like_the_source(catalogue):
    def ends(text: str) -> tuple[bool, bool]:
        return text.startswith("\n"), text.endswith("\n")

    moved = [
        name(one)
        for one in catalogue
        for text in translations(one)
        if ends(text) != ends(one.msgid)
    ]
    assert moved == []


def test_no_translation_carries_stray_blanks(catalogue):
    stray = [
        text
        for one in catalogue
        for text in translations(one)
        if "  " in text or text.strip(" ") != text
    ]
    assert stray == []


def test_both_numbers_of_a_plural_are_there(catalogue):
    one_form = [name(one) for one in catalogue if one.msgid_plural and len(one.msgstr_plural) != 2]
    assert one_form == []


def test_the_compiled_catalogue_answers():
    call_command("compile_locale")
    with translation.override("en"):
        assert gettext("로그인") == "Sign in"
        assert pgettext("transition", "반려") == "Return"
        assert pgettext("decision", "반려") == "Returned"
        source = "평가 항목이 아닙니다."
        assert gettext(source) != source
        assert ngettext("%(count)d건 이상", "%(count)d건 이상", 2) % {"count": 2} == "At least 2"
    with translation.override("ko"):
        assert gettext("로그인") == "로그인"


# --- The sources ----------------------------------------------------------------------------


def sources(*endings: str) -> list[Path]:
    found = []
    for folder, folders, files in os.walk(ROOT):
        if Path(folder) == ROOT:
            folders[:] = [one for one in folders if one not in NOT_OURS]
        folders[:] = [one for one in folders if one != "__pycache__"]
        found += [Path(folder, file) for file in files if file.endswith(endings)]
    return sorted(found)


def copy_of_the_sources(to: Path) -> None:
    """Collecting writes beside the files it reads, so it gets files of its own."""
    for path in sources(".py", ".html", ".txt"):
        target = to / path.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)


def test_the_catalogue_holds_exactly_what_the_sources_say(catalogue, tmp_path):
    """As `make messages` collects it; run that, then translate what is new."""
    assert shutil.which("xgettext"), "Install gettext, or run `make tools`."
    copy_of_the_sources(tmp_path)
    (tmp_path / "locale").mkdir()
    command = [sys.executable, "-m", "django", "makemessages", "-l", "en", "--no-location"]
    environment = {
        key: value for key, value in os.environ.items() if key != "DJANGO_SETTINGS_MODULE"
    }
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    collected = polib.pofile(str(tmp_path / "locale/en/LC_MESSAGES/django.po"))

    def texts(entries: polib.POFile) -> set[tuple[str | None, str, str]]:
        return {(one.msgctxt, one.msgid, one.msgid_plural) for one in entries}

    assert len(collected) > 1000
    assert texts(collected) - texts(catalogue) == set(), "in the sources, not in the catalogue"
    assert texts(catalogue) - texts(collected) == set(), "in the catalogue, not in the sources"


# Korean that is not translated, and why.
KOREAN_MODULES = {
    "accounts/models/people.py": "the language's own name",
    "applications/search.py": "a pattern that recognises the legal forms of companies",
    "applications/forms/fields.py": "a unit that people type behind an amount",
    "applications/models/declared.py": "names of regions, as the law and the letter write them",
    "programs/nationality.py": "names in both languages",
    "config/settings.py": "the product's and the language's own names",
    "letters/availability.py": "an invented letter's values, in both languages",
    "letters/headings.py": "what offices call the columns of their registers",
    "letters/rendering.py": "printed in both languages",
    "letters/variables.py": "names in both languages",
    "portal/context.py": "the product's own name",
    "portal/demo/cast.py": "invented candidates",
    "portal/demo/deeds.py": "what invented people write",
    "portal/demo/office.py": "names of an invented office's lists",
    "portal/demo/papers.py": "invented documents",
    "portal/demo/people.py": "invented people and companies",
    "portal/demo/samples.py": "invented documents",
    "portal/demo/story.py": "what invented people write",
    "portal/seeding/cases.py": "invented reasons",
    "portal/seeding/load.py": "invented people",
    "portal/seeding/names.py": "invented names",
    "portal/which.py": "a name in both languages",
    "portal/views/styles.py": "invented contents of the page that shows every component",
    "programs/reading.py": "a pattern that recognises Hangul",
    "reviews/panel_forms.py": "the language's own name",
    "reviews/recognition/compare.py": "words that papers use for degrees",
    "reviews/recognition/dates.py": "patterns of days on papers",
    "reviews/services/exclusion.py": "a pattern that recognises the legal forms of companies",
    "reviews/services/notice.py": "titles printed in both languages",
    "reviews/recognition/money.py": "Korean numbers on papers",
    "reviews/recognition/names.py": "patterns of legal forms and titles",
}
KOREAN_TEMPLATES = {
    "templates/500.html": "works without translation, so it speaks both languages",
    "templates/account/email/base_message.txt": "the product's own name",
    "templates/components/site/name.html": "the product's own name",
    "templates/portal/styles.html": "invented contents of the page that shows every component",
}
INVENTED = {path for path, why in KOREAN_MODULES.items() if why.startswith("invented")}
COLLECTED = {  # what makemessages knows; an alias of these would not be collected
    "_": 1,
    "gettext": 1,
    "gettext_lazy": 1,
    "gettext_noop": 1,
    "ngettext": 2,
    "ngettext_lazy": 2,
    "pgettext": 2,
    "pgettext_lazy": 2,
    "npgettext": 3,
    "npgettext_lazy": 3,
}
DOCUMENTED = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


def untranslated_literals(source: str) -> list[str]:
    """Return the Hangul literals of a module that no translation would ever reach."""
    tree = ast.parse(source)
    fine: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = getattr(node.func, "id", None) or getattr(node.func, "attr", "")
            fine |= {id(argument) for argument in node.args[: COLLECTED.get(called, 0)]}
        elif isinstance(node, DOCUMENTED) and node.body and isinstance(node.body[0], ast.Expr):
            fine.add(id(node.body[0].value))
    return [
        f"{node.lineno}: {node.value}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and HANGUL.search(node.value)
        and id(node) not in fine
    ]


COMMENT = re.compile(r"{%\s*comment\b.*?{%\s*endcomment\s*%}|{#.*?#}", re.DOTALL)
BLOCK = re.compile(r"{%\s*blocktrans(?:late)?\b.*?{%\s*endblocktrans(?:late)?\s*%}", re.DOTALL)
MARKED = re.compile(r"""{%\s*trans(?:late)?\s.*?%}|_\((?:"[^"]*"|'[^']*')\)""", re.DOTALL)


def untranslated_words(template: str) -> list[str]:
    """Return the lines of a template that show Hangul whatever the reader's language."""
    for pattern in (COMMENT, BLOCK, MARKED):
        template = pattern.sub("", template)
    return [line.strip() for line in template.splitlines() if HANGUL.search(line)]


def found_in(paths: list[Path], look: Callable[[str], list[str]]) -> dict[str, list[str]]:
    found = {path.relative_to(ROOT).as_posix(): look(path.read_text("utf-8")) for path in paths}
    return {path: hits for path, hits in found.items() if hits}


def test_the_scans_find_what_they_look_for():
    assert untranslated_literals('name = _("이름")\n"""설명"""\nlabel = "이름"') == [
        "2: 설명",
        "3: 이름",
    ]
    assert untranslated_literals('_l("이름")') == ["1: 이름"]
    assert untranslated_literals('_(f"{x} 이름")') == ["1:  이름"]
    assert untranslated_literals('"""설명"""\npgettext("sex", "남")') == []
    assert untranslated_words('{% translate "이름" %}: {# 설명 #}{{ x|default:_("없음") }}') == []
    assert untranslated_words('<p>{% translate "이름" %} 님</p>') == ["<p> 님</p>"]
    assert untranslated_words('{% box title="제목" %}') == ['{% box title="제목" %}']


def test_modules_speak_korean_only_where_it_is_translated():
    rooms = [
        path
        for path in sources(".py")
        if "migrations" not in path.parts and path.parent != ROOT / "benchmarks"
    ]
    found = found_in(rooms, untranslated_literals)
    assert {path: hits for path, hits in found.items() if path not in KOREAN_MODULES} == {}
    assert KOREAN_MODULES.keys() - found.keys() == set(), "no longer needed in the list"


def test_templates_speak_korean_only_where_it_is_translated():
    pages = [path for path in sources(".html", ".txt") if ROOT / "templates" in path.parents]
    found = found_in(pages, untranslated_words)
    assert {path: hits for path, hits in found.items() if path not in KOREAN_TEMPLATES} == {}
    assert KOREAN_TEMPLATES.keys() - found.keys() == set(), "no longer needed in the list"


def test_scripts_and_styles_speak_no_language():
    own = [path for path in sources(".js", ".css") if ROOT / "static" in path.parents]
    assert own
    assert found_in(
        own, lambda text: [line for line in text.splitlines() if HANGUL.search(line)]
    ) == ({})


# --- What is asked for at import time ---------------------------------------------------------


def every_form() -> list[type[BaseForm]]:
    for room in apps.get_app_configs():
        if (ROOT / room.label).is_dir():
            for module in pkgutil.walk_packages([str(ROOT / room.label)], f"{room.label}."):
                if "migrations" not in module.name:
                    importlib.import_module(module.name)
    found, open_ends = [], [BaseForm]
    while open_ends:
        below = open_ends.pop().__subclasses__()
        open_ends += below
        found += [form for form in below if hasattr(form, "base_fields")]
    return [
        form
        for form in found
        if (ROOT / form.__module__.split(".")[0]).is_dir()
        and form.__module__.replace(".", "/") + ".py" not in INVENTED
    ]


def words_of(form: type[BaseForm]) -> Iterator[str]:
    for field in form.base_fields.values():
        yield from (str(field.label or ""), str(field.help_text), *map(str, field.error_messages))
        for _, label in getattr(field, "choices", ()) or ():
            if label not in LANGUAGE_NAMES:
                yield str(label)


def test_no_form_settles_its_language_when_it_is_imported():
    forms = every_form()
    assert len(forms) > 10
    with translation.override("en"):
        korean = {
            f"{form.__module__}.{form.__name__}": words
            for form in forms
            if (words := [word for word in words_of(form) if HANGUL.search(word)])
        }
    assert korean == {}


def test_no_model_settles_its_language_when_it_is_imported():
    with translation.override("en"):
        korean = [
            f"{model._meta.label}: {word}"
            for model in apps.get_models()
            for word in (
                str(model._meta.app_config.verbose_name),
                str(model._meta.verbose_name),
                str(model._meta.verbose_name_plural),
                *(
                    str(word)
                    for field in model._meta.get_fields()
                    if field.concrete
                    for word in (
                        field.verbose_name,
                        field.help_text,
                        *(label for _, label in field.flatchoices),
                    )
                ),
                *(str(rule.get_violation_error_message()) for rule in model._meta.constraints),
            )
            if HANGUL.search(word) and word not in LANGUAGE_NAMES
        ]
    assert korean == []
