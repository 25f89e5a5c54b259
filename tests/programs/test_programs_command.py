"""`manage.py programs`: what it prints, how it exits, and that only some of it opens a database."""

import io
import json
import subprocess
import sys

import jsonschema
import pytest
from django.conf import settings
from django.core.management import CommandError, call_command, execute_from_command_line

from programs.loader import load
from programs.models import ProgrammeVersion
from tests.programs.dossiers import GYEONGGI, KOTRA, changed, degree

KOTRA_FILE = settings.CATALOGUE_DIR / "kotra-recommendation" / "2025-04-01.yaml"
DAY = ("--on", "2026-11-23")
ELIGIBLE = changed(KOTRA, degrees=[degree("master")])
NOT_ELIGIBLE = changed(KOTRA, degrees=[degree("associate")])
UNDECIDED = changed(KOTRA, degrees=[{"level": "master"}])


def run(*words):
    """(exit code, lines printed)."""
    out = io.StringIO()
    try:
        call_command("programs", *map(str, words), stdout=out, stderr=io.StringIO())
    except SystemExit as ended:
        return ended.code, out.getvalue().splitlines()
    return 0, out.getvalue().splitlines()


@pytest.fixture
def facts(tmp_path):
    def written(said):
        file = tmp_path / "facts.json"
        file.write_text(said if isinstance(said, str) else json.dumps(said), encoding="utf-8")
        return file

    return written


# --- check ------------------------------------------------------------------------------------
def test_check_says_ok():
    assert run("check", settings.CATALOGUE_DIR)[0] == 0


def test_check_prints_each_problem_at_its_line(tmp_path):
    file = tmp_path / "broken.yaml"
    file.write_text('programme: "x"\nfields: NO\n', encoding="utf-8")
    code, lines = run("check", file)
    assert code == 3
    assert f'{file}:2: bare NO, expected "NO" in quotes, or true or false' in lines
    assert all(line.startswith(f"{file}:") and ", expected " in line for line in lines)
    code, lines = run("check", file, "--json")
    assert code == 3
    said = json.loads("\n".join(lines))
    assert (said["ok"], said["files"], said["problems"][0]["file"]) == (False, 1, str(file))


def test_check_of_no_such_path(tmp_path):
    with pytest.raises(CommandError, match="There is no"):
        run("check", tmp_path / "nothing.yaml")


# --- facts ------------------------------------------------------------------------------------
def test_facts_prints_the_schema():
    code, lines = run("facts")
    assert code == 0
    schema = json.loads("\n".join(lines))
    jsonschema.validate(KOTRA, schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"job": {"annual_pay": "1"}}, schema)


# --- evaluate, by file --------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("said", "code", "first"),
    [
        (ELIGIBLE, 0, "eligible"),
        (NOT_ELIGIBLE, 3, "not_eligible"),
        (UNDECIDED, 4, "undecided"),
    ],
)
def test_evaluate_by_a_file_needs_no_database(facts, said, code, first):
    ended, lines = run("evaluate", "-", facts(said), "--file", KOTRA_FILE, *DAY)
    assert (ended, lines[0]) == (code, first)
    assert len(lines) > 20


def test_evaluate_prints_one_json_object(facts):
    code, lines = run("evaluate", "-", facts(UNDECIDED), "--file", KOTRA_FILE, "--json", *DAY)
    said = json.loads("\n".join(lines))
    assert code == 4
    assert (said["verdict"], said["version"], said["on"]) == ("undecided", "v1", "2026-11-23")
    assert said["needs"][:2] == ["degrees[0].related", "degrees[0].awarded_on"]


def test_the_day_picks_the_figures(facts):
    low = facts(changed(ELIGIBLE, job={"annual_pay": 28_670_000}))
    assert run("evaluate", "-", low, "--file", KOTRA_FILE, "--on", "2026-01-31")[0] == 0
    assert run("evaluate", "-", low, "--file", KOTRA_FILE, "--on", "2026-02-01")[0] == 3


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ("{", "is not JSON"),
        ('{"job": {"annual_pay": NaN}}', "NaN is not a number"),
        ('{"job": {}, "job": {}}', "'job' is given twice"),
        ('{"job": {"annual_pay": "much"}}', "does not hold well-formed facts"),
        ("[]", "does not hold well-formed facts"),
    ],
)
def test_broken_facts_fail_with_a_sentence(facts, said, sentence):
    with pytest.raises(CommandError, match=sentence) as failed:
        run("evaluate", "-", facts(said), "--file", KOTRA_FILE, *DAY)
    assert failed.value.returncode == 1


def test_a_broken_or_announced_file_does_not_judge(tmp_path, facts):
    text = KOTRA_FILE.read_text(encoding="utf-8")
    file = tmp_path / "changed.yaml"
    for old, new, sentence in (
        ("quorum: 2", "quorum: two", "expected a whole number"),
        ("status: in_force", "status: announced", "only announced"),
    ):
        file.write_text(text.replace(old, new), encoding="utf-8")
        with pytest.raises(CommandError, match=sentence):
            run("evaluate", "-", facts(ELIGIBLE), "--file", file, *DAY)


# --- evaluate, from the database ------------------------------------------------------------------
@pytest.mark.django_db
def test_evaluate_by_the_version_of_the_day(facts):
    load()
    said = facts(changed(GYEONGGI, degrees=[degree("master")]))
    assert run("evaluate", "gyeonggi", said, *DAY)[0] == 0
    for words, sentence in (
        (("gyeonggi", said, "--on", "2027-01-01"), "No version of gyeonggi is in force"),
        (("seoul", said, *DAY), "There is no programme seoul"),
    ):
        with pytest.raises(CommandError, match=sentence):
            run("evaluate", *words)


@pytest.mark.django_db
def test_load_prints_a_line_for_each_version():
    code, lines = run("load")
    assert code == 0
    assert "kotra-recommendation v1 2025-04-01 loaded" in lines
    assert "kotra-recommendation v1 2025-04-01 unchanged" in run("load")[1]


@pytest.mark.django_db
def test_load_of_broken_or_refused_files_fails(tmp_path):
    load()
    before = set(ProgrammeVersion.objects.values_list("pk", "rules_hash"))
    text = KOTRA_FILE.read_text(encoding="utf-8")
    file = tmp_path / "changed.yaml"
    file.write_text(text.replace("quorum: 2", "quorum: two"), encoding="utf-8")
    with pytest.raises(CommandError, match="Nothing was loaded"):
        run("load", file)
    file.write_text(text.replace("quorum: 2", "quorum: 3"), encoding="utf-8")
    with pytest.raises(CommandError, match="Some versions were refused"):
        run("load", file)
    assert set(ProgrammeVersion.objects.values_list("pk", "rules_hash")) == before


# --- as people type it ----------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("words", "code"),
    [
        ((), 2),
        (("nonsense",), 2),
        (("check",), 2),
        (("evaluate", "-", "FACTS"), 2),
        (("evaluate", "kotra-recommendation", "FACTS", "--file", KOTRA_FILE), 2),
        (("evaluate", "-", "FACTS", "--file", KOTRA_FILE, "--on", "tomorrow"), 2),
        (("evaluate", "-", "FACTS", "--file", KOTRA_FILE, "--on", "2026-02-30"), 2),
        (("evaluate", "-", "nowhere.json", "--file", KOTRA_FILE), 1),
        (("evaluate", "-", "FACTS", "--file", "nowhere.yaml"), 1),
        (("evaluate", "-", "FACTS", "--file", KOTRA_FILE, *DAY), 4),
    ],
)
def test_exit_codes(facts, capsys, words, code):
    given = [str(facts(UNDECIDED)) if word == "FACTS" else str(word) for word in words]
    with pytest.raises(SystemExit) as ended:
        execute_from_command_line(["manage.py", "programs", *given])
    assert ended.value.code == code
    assert capsys.readouterr().err or code == 4


def test_a_whole_process(facts):
    ended = subprocess.run(
        [
            sys.executable,
            "manage.py",
            "programs",
            "evaluate",
            "-",
            facts(NOT_ELIGIBLE),
            "--file",
            KOTRA_FILE,
            *DAY,
        ],
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert (ended.returncode, ended.stderr) == (3, "")
    assert ended.stdout.splitlines()[0] == "not_eligible"


def test_evaluate_says_who_needs_no_letter_and_how_facts_are_read(facts):
    large = changed(ELIGIBLE, employer={"size": "public"}, job={"occupation": "2224"})
    out, err = io.StringIO(), io.StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command(
            "programs", "evaluate", "-", str(facts(large)), "--file", str(KOTRA_FILE), *DAY,
            stdout=out, stderr=err,
        )  # fmt: skip
    assert ended.value.code == 4
    lines = out.getvalue().splitlines()
    assert lines[0] == "undecided"
    assert lines[-1].startswith("not needed: Universities and public institutions | Universities")
    assert lines[-1].endswith("Ministry of Justice visa issuance manual, p.175")
    assert "note: job.occupation: " in err.getvalue()
    _code, printed = run("evaluate", "-", facts(large), "--file", KOTRA_FILE, "--json", *DAY)
    said = json.loads("\n".join(printed))
    assert [one["code"] for one in said["not_needed"]] == ["public-employer"]
