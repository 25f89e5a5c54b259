"""`programs simulate`: exactly the cases whose verdict would change, and why."""

import io
import json
import uuid
from datetime import date

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from programs import registry
from programs.facts.vocabulary import VOCABULARY
from programs.loader import load
from programs.models import Evaluation, Programme
from programs.selectors import version_on
from programs.services import evaluate
from programs.simulate import PAGE, Simulation, reasons_for, simulate
from tests.programs.dossiers import CARE_WORKER, GYEONGGI, KOTRA, ON, changed, degree

KOTRA_FILE = settings.CATALOGUE_DIR / "kotra-recommendation" / "2025-04-01.yaml"
GYEONGGI_FILE = settings.CATALOGUE_DIR / "gyeonggi" / "2025-09-15.yaml"
WAGES = settings.CATALOGUE_DIR / "figures" / "wages.yaml"
FLOOR = 31_120_000
MASTER = changed(KOTRA, degrees=[degree("master")])

pytestmark = pytest.mark.django_db


@pytest.fixture
def names(monkeypatch):
    """What the other rooms call the subjects."""
    known = {}
    monkeypatch.setattr(registry, "_describers", [lambda subjects: known])
    return known


@pytest.fixture
def case(names):
    load()

    def case(
        name, facts, slug="kotra-recommendation", *, on=ON, subject=None, purpose="submission"
    ):
        subject = subject or uuid.uuid4()
        names[subject] = name
        version = version_on(Programme.objects.get(slug=slug), on)
        evaluate(version=version, facts=facts, on=on, purpose=purpose, subject=subject)
        return subject

    return case


def paid(yearly):
    return changed(MASTER, job={"annual_pay": yearly})


@pytest.fixture
def raised(tmp_path):
    """The wage figures with the E-7-1 floor from February 2026 a million higher."""
    text = WAGES.read_text(encoding="utf-8")
    assert f'"2026-02-01", to: "2026-12-31", value: {FLOOR}' in text
    file = tmp_path / "wages.yaml"
    file.write_text(text.replace(f"value: {FLOOR}", f"value: {FLOOR + 1_000_000}"), "utf-8")
    return file


def run(*words):
    out, err = io.StringIO(), io.StringIO()
    code = 0
    try:
        call_command("programs", "simulate", *map(str, words), stdout=out, stderr=err)
    except SystemExit as ended:
        code = ended.code
    return code, out.getvalue().splitlines(), err.getvalue()


def test_a_raised_wage_floor_reaches_exactly_those_below_it(case, raised):
    case("K-1", paid(FLOOR - 1))  # below both floors
    case("K-2", paid(FLOOR))
    case("K-3", paid(FLOOR + 999_999))
    case("K-4", paid(FLOOR + 1_000_000))
    case("K-5", changed(paid(FLOOR), degrees=[]))  # not eligible anyway
    case("K-6", paid(FLOOR), on=date(2026, 1, 20))  # judged by another year's floor
    case("G-1", changed(GYEONGGI, degrees=[degree("master")]), "gyeonggi")
    case("G-2", CARE_WORKER, "gyeonggi")  # another class, another floor
    before = Evaluation.objects.count()
    code, lines, _said = run(raised)
    assert code == 3
    why = (
        "Yearly pay at or above the Ministry of Justice's floor"
        " (found 31,120,000 won; asked 32,120,000 won or more (E-7-1 yearly pay floor))"
    )
    assert lines[0].startswith("simulate figures ")
    assert lines[0].endswith(": 8 cases")
    assert lines[1:] == [
        f"K-2 eligible -> not_eligible: {why}",
        f"K-3 eligible -> not_eligible: {why.replace('31,120,000', '32,119,999')}",
        f"G-1 eligible -> not_eligible: {why}",
        "3 of 8 cases change: 3 eligible -> not_eligible",
    ]
    assert Evaluation.objects.count() == before


def test_new_figures_with_a_programme_judge_its_cases_alone(case, raised):
    case("K-1", paid(FLOOR))
    case("G-1", changed(GYEONGGI, degrees=[degree("master")]), "gyeonggi")
    code, lines, _said = run(KOTRA_FILE, "--figures", raised)
    assert (code, lines[0]) == (3, "simulate kotra-recommendation v1 2025-04-01: 1 cases")
    assert [line.split()[0] for line in lines[1:-1]] == ["K-1"]


def test_the_same_file_changes_nothing(case):
    case("K-1", paid(FLOOR))
    case("K-2", changed(paid(FLOOR), degrees=[]))
    assert run(KOTRA_FILE)[:2] == (
        0,
        ["simulate kotra-recommendation v1 2025-04-01: 2 cases", "0 of 2 cases change"],
    )


def test_all_as_of_one_day(case):
    case("K-1", paid(FLOOR - 1), on=date(2026, 1, 20))
    assert run(KOTRA_FILE)[0] == 0
    code, lines, _said = run(KOTRA_FILE, "--on", "2026-02-01")
    assert (code, lines[1].split(":")[0]) == (3, "K-1 eligible -> not_eligible")


def test_other_rules_tell_which_of_them(case, tmp_path):
    text = KOTRA_FILE.read_text(encoding="utf-8")
    file = tmp_path / "new.yaml"
    case("K-1", MASTER)
    case("K-2", changed(KOTRA, degrees=[degree("bachelor", country="KOR")]))
    case("K-3", changed(KOTRA, degrees=[degree("associate")]))
    # Route 2 also takes an associate degree; route 1 asks for a doctorate.
    changed_text = text.replace("{at_least: master}", "{at_least: doctor}", 1)
    changed_text = changed_text.replace(
        "            level: {at_least: bachelor}\n            country: KOR",
        "            level: {at_least: associate}\n            country: KOR",
        1,
    )
    assert changed_text.count("associate") == 1
    file.write_text(changed_text, encoding="utf-8")
    code, lines, _said = run(file)
    assert code == 3
    assert [line.split(": ")[0] for line in lines[1:-1]] == ["K-1 eligible -> not_eligible"]
    assert lines[1].split(": ", 1)[1].startswith("Master's degree or higher in the related field")
    case("K-4", changed(KOTRA, degrees=[degree("associate", country="KOR")]))
    lines = run(file)[1]
    assert lines[2].startswith(
        "K-4 not_eligible -> eligible: Bachelor's degree or higher from a Ko"
    )
    assert lines[-1] == (
        "2 of 4 cases change: 1 eligible -> not_eligible, 1 not_eligible -> eligible"
    )


def test_a_rule_that_is_new_and_one_that_is_gone(case, tmp_path):
    case("K-1", changed(MASTER, employer={"domestic_sales_only": True}))
    text = KOTRA_FILE.read_text(encoding="utf-8")
    rule = (
        "        - code: exporters\n"
        '          text: {ko: "내수 위주 기업이 아닙니다.", en: "The company exports."}\n'
        "          fact: employer.domestic_sales_only\n"
        "          is: false\n"
    )
    place = "        - code: not-restricted\n"
    file = tmp_path / "new.yaml"
    file.write_text(text.replace(place, rule + place, 1), encoding="utf-8")
    assert run(file)[1][1].startswith(
        "K-1 eligible -> not_eligible: The company exports. (found Yes; asked"
    )
    case("K-2", changed(MASTER, employer={"restricted": True}))
    start = text.index(place)
    end = text.index("    - code: returned-firm")
    file.write_text(text[:start] + "\n" + text[end:], encoding="utf-8")
    gone = "The company is not on the restriction list. (no longer asked)"
    assert run(file)[1][1:] == [
        f"K-2 not_eligible -> eligible: {gone}",
        "1 of 2 cases change: 1 not_eligible -> eligible",
    ]


def test_the_latest_evaluation_that_mattered_counts(case, raised):
    one = case("K-1", paid(FLOOR))
    case("K-1", paid(FLOOR + 5_000_000), subject=one, purpose="sign_off")
    two = case("K-2", paid(FLOOR + 5_000_000))
    case("K-2", paid(FLOOR), subject=two, purpose="precheck")
    version = version_on(Programme.objects.get(slug="kotra-recommendation"), ON)
    evaluate(version=version, facts=paid(FLOOR), on=ON, purpose="precheck")
    assert run(raised)[0] == 0
    case("K-2", paid(FLOOR), subject=two, purpose="sign_off")
    assert [line.split()[0] for line in run(raised)[1][1:-1]] == ["K-2"]


def test_a_case_without_a_name_is_told_by_its_subject(case, names, raised):
    subject = case("K-1", paid(FLOOR))
    names.clear()
    assert run(raised)[1][1].startswith(f"{subject} eligible -> ")


def test_at_most_so_many_cases_are_printed(case, raised):
    for number in range(3):
        case(f"K-{number}", paid(FLOOR))
    code, lines, _said = run(raised, "--limit", 1)
    assert (code, len(lines)) == (3, 4)
    assert lines[2:] == [
        "… and 2 more cases",
        "3 of 3 cases change: 3 eligible -> not_eligible",
    ]


def test_one_json_object(case, raised):
    subject = case("K-1", paid(FLOOR))
    case("K-2", paid(FLOOR))
    code, lines, _said = run(raised, "--json", "--limit", 1)
    said = json.loads("\n".join(lines))
    assert code == 3
    assert (said["cases"], said["judged"], said["changed"], said["left_out"]) == (2, 2, 2, 1)
    assert said["by"] == [{"before": "eligible", "after": "not_eligible", "cases": 2}]
    (change,) = said["changes"]
    assert (change["case"], change["subject"], change["on"]) == ("K-1", str(subject), "2026-11-23")
    assert change["reasons"][0]["observed"] == "31,120,000 won"
    assert json.loads("\n".join(run(KOTRA_FILE, "--json")[1]))["changes"] == []


def test_broken_files_and_folders_are_refused(case, tmp_path):
    file = tmp_path / "broken.yaml"
    file.write_text("programme: x\n", encoding="utf-8")
    for words, sentence in (
        ([file], "is missing"),
        ([tmp_path / "nowhere.yaml"], "There is no"),
        ([settings.CATALOGUE_DIR], "is not one programme version"),
    ):
        with pytest.raises(CommandError, match=sentence):
            run(*words)
    with pytest.raises(CommandError):
        run(KOTRA_FILE, "--limit", "some")


def test_page_by_page_with_progress(case, raised, monkeypatch):
    assert PAGE == 1000
    monkeypatch.setattr("programs.simulate.PAGE", 2)
    for number in range(7):
        case(f"K-{number}", paid(FLOOR + number % 2 * 5_000_000))
    seen = []
    state = Simulation()
    found = [
        one.name
        for one in simulate(
            figures=[],
            figure_keys=[],
            simulation=state,
            progress=lambda so_far: seen.append((so_far.judged, so_far.cases)),
        )
    ]
    assert (found, seen) == ([], [(2, 7), (4, 7), (6, 7), (7, 7)])
    _code, lines, said = run(raised)
    assert [line.split()[0] for line in lines[1:-1]] == ["K-0", "K-2", "K-4", "K-6"]
    assert "2 of 7, 1 change" in said


def rule(verdict, text="rule", **more):
    words = {"ko": text, "en": text}
    return {"code": "", "text": words, "kind": "fact", "verdict": verdict, "source": [],
            "fact": "employer.tax_arrears", "observed": None, "required": {}, "missing": [],
            "assumed": False, "children": [], **more}  # fmt: skip


@pytest.mark.parametrize(
    ("before", "after", "better", "told"),
    [
        # Under a `not`, what is met now makes it worse.
        (
            rule("met", kind="not", children=[rule("not_met", "bar")]),
            rule("not_met", kind="not", children=[rule("met", "bar")]),
            False,
            ["bar"],
        ),
        # What helps is not among the reasons of a worse verdict.
        (
            rule("met", kind="all_of", children=[rule("met", "a"), rule("not_met", "b")]),
            rule("not_met", kind="all_of", children=[rule("not_met", "a"), rule("met", "b")]),
            False,
            ["a"],
        ),
        # A consequence that is asked only now.
        (
            rule("met", kind="when", applies="no",
                 children=[rule("not_met", "if"), rule("not_met", "then")]),
            rule("not_met", kind="when", applies="yes",
                 children=[rule("met", "if"), rule("not_met", "then")]),
            False,
            ["then"],
        ),
        # The same rules, otherwise joined: the whole is the reason.
        (
            rule("met", "whole", kind="any_of", children=[rule("met", "a"), rule("not_met", "b")]),
            rule("not_met", "whole", kind="all_of",
                 children=[rule("met", "a"), rule("not_met", "b")]),
            False,
            ["whole"],
        ),
    ],
)  # fmt: skip
def test_which_rules_are_the_reasons(before, after, better, told):
    found = reasons_for(before, after, better=better, vocabulary=VOCABULARY)
    assert [reason.text for reason in found] == told


def test_a_figure_that_is_no_longer_known_decides_nothing(case, tmp_path):
    case("K-1", paid(FLOOR))
    file = tmp_path / "none.yaml"
    file.write_text(
        "format: 1\nsources: {}\nfigures:\n  moj-wage-e-7-1:\n    assumed: true\n    unit: won\n"
        '    names: {ko: "하한", en: "Floor"}\n    values: []\n',
        encoding="utf-8",
    )
    code, lines, _said = run(file)
    assert (code, lines[0]) == (3, "simulate figures moj-wage-e-7-1: 1 cases")
    assert lines[1].startswith("K-1 eligible -> undecided: Yearly pay at or above")
