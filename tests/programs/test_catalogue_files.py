"""Catalogue files: what is wrong is said at its line, all at once; what is shipped is sound."""

from pathlib import Path

import pytest
from django.conf import settings
from ruamel.yaml import YAML

from programs.catalogue_files import read_catalogue
from programs.document import manifest_of, read_document, rules_hash, text_hash
from programs.yaml_lines import read
from tests.programs import pools

SHIPPED = sorted(settings.CATALOGUE_DIR.rglob("*.yaml"))
KOTRA = settings.CATALOGUE_DIR / "kotra-recommendation" / "2025-04-01.yaml"
GYEONGGI = settings.CATALOGUE_DIR / "gyeonggi" / "2025-09-15.yaml"


@pytest.fixture
def check(tmp_path):
    """Check a shipped file with some of its text replaced: [(line, sentence)]."""

    def check(*replacements, of=KOTRA):
        text = of.read_text(encoding="utf-8")
        for old, new in replacements:
            assert old in text, old
            text = text.replace(old, new, 1)
        file = tmp_path / "changed.yaml"
        file.write_text(text, encoding="utf-8")
        found = read_catalogue([file])
        assert all(problem.file == str(file) for problem in found.problems)
        return [(problem.line, problem.sentence) for problem in found.problems]

    return check


def line_of(words, of=KOTRA):
    """The number of the first line that holds these words."""
    lines = of.read_text(encoding="utf-8").splitlines()
    return next(number for number, line in enumerate(lines, 1) if words in line)


# --- shipped -----------------------------------------------------------------------------
def test_the_shipped_catalogue_is_sound():
    catalogue = read_catalogue([settings.CATALOGUE_DIR])
    assert catalogue.problems == []
    assert catalogue.files == len(SHIPPED)
    programmes = {file.parent.name for file in SHIPPED if file.parent != settings.CATALOGUE_DIR}
    assert {one.manifest.slug for one in catalogue.versions} == programmes - {"figures"}


@pytest.mark.parametrize("file", SHIPPED, ids=lambda file: file.name)
def test_each_shipped_file_is_sound_alone(file):
    assert read_catalogue([file]).problems == []


def test_files_lie_where_their_programme_and_date_say():
    for one in read_catalogue([settings.CATALOGUE_DIR]).versions:
        file = Path(one.file)
        assert (file.parent.name, file.stem) == (
            one.manifest.slug,
            one.manifest.effective_from.isoformat(),
        )


def test_what_is_assumed_is_known_by_name():
    manifest = manifest_of(read(KOTRA.read_text(encoding="utf-8")).data)
    assert "version" in manifest.assumed
    assert "rubric" in manifest.assumed
    assert "stages.items[3]" in manifest.assumed
    assert manifest.stage("decision").assumed
    assert not manifest.stage("validation").assumed
    assert manifest.document("passport_copy").assumed
    assert not manifest.document("degree_cert").assumed
    assert manifest.deadlines.processing_assumed


def test_the_strict_reader_agrees_with_an_ordinary_one():
    for file in SHIPPED:
        text = file.read_text(encoding="utf-8")
        assert read(text).data == YAML(typ="safe", pure=True).load(text)


# --- YAML's own traps --------------------------------------------------------------------
@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ("NO", 'bare NO, expected "NO" in quotes, or true or false'),
        ("yes", 'bare yes, expected "yes" in quotes, or true or false'),
        ("True", 'bare True, expected "True" in quotes, or true or false'),
        ("0123", 'bare 0123, expected "0123" in quotes'),
        ("2026-01-01", 'bare 2026-01-01, expected "2026-01-01" in quotes'),
        ("1.5", 'bare 1.5, expected a whole number, or "1.5" in quotes'),
        ("0x1F", 'bare 0x1F, expected a whole number, or "0x1F" in quotes'),
        ("12:30", 'bare 12:30, expected a whole number, or "12:30" in quotes'),
        ("1_000", 'bare 1_000, expected a whole number, or "1_000" in quotes'),
        ("!!str 5", "the tag `tag:yaml.org,2002:str`, expected none"),
    ],
)
def test_what_yaml_would_quietly_change_is_refused(said, sentence):
    found = read(f'a: "x"\nb: {said}\n')
    assert [(problem.line, problem.sentence) for problem in found.problems] == [(2, sentence)]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", 1),
        ("# nothing\n", 1),
        ("a: 1\nb: [", 2),
        ("a: 1\nb: c: d\n", 2),
        ("a: 1\na: 2\n", 2),
        ("a: &x [*x]\n", 1),
        ("a: 1\n<<: {b: 1}\n", 2),
        ("a: *nowhere\n", 1),
        ("a: 1\n---\nb: 2\n", 2),
        ("a: 1\nb: \x00\n", 2),
        ("x: " + "[" * 100 + "]" * 100, 1),
    ],
)
def test_a_broken_file_is_a_problem_and_no_traceback(text, line):
    assert [problem.line for problem in read(text).problems] == [line]


@pytest.mark.parametrize(
    ("text", "line", "sentence"),
    [
        ("a:\n\tb: 1\n", 2, "a tab, expected spaces"),
        ("a: 1\n  \tb: 1\n", 2, "a tab, expected spaces"),
        ('a: "x\nb: "y"\nc: 1\n', 1, "look for a quote that is not closed on this line or above"),
        ("a: 1\nb: 'x\nc: 1\n", 2, "look for a quote that is not closed on this line or above"),
        ('a: "x\n  y"\n b: 1\n', 3, "indented otherwise than its neighbours"),
        ("a:\n  b: 1\n c: 2\n", 3, "indented otherwise than its neighbours"),
        ("a:\n  b: 1\n   c: 2\n", 3, "indented otherwise than its neighbours"),
        ("a: 1\nb: c: d\n", 2, "a second colon on this line, expected text with a colon in qu"),
        ("a: 1\nb\nc: 1\n", 2, "a line without a colon, expected `name: value`"),
        ("a:\n  -b: 1\n   c: 1\n", 3, "indented otherwise"),
        ("a: {b: 1\nc: 2\n", 2, "the bracket of line 1 goes on, expected `,` or `}`"),
        ("a:\n  b {c: 1, d: 2}\n", 2, "a bracket or comma that nothing opens"),
        ('a:\n  b: "x" y\n', 2, "text behind a closing quote"),
        ("a: @b\n", 1, "text that begins with `@`, expected it in quotes"),
        ('a: 1\nb: "x\\q"\n', 2, "`\\q` in double quotes"),
        ("a: 1\nb: \x07\n", 2, "a character that cannot be seen"),
        ("a: 1\nb: *c\n", 2, "nothing above is marked `&c`"),
    ],
)
def test_slips_of_yaml_are_told_in_plain_words(text, line, sentence):
    (found,) = read(text).problems
    assert (found.line, found.sentence[: len(sentence)]) == (line, sentence)
    assert not any(word in found.sentence for word in ("block", "token", "scalar", "mapping"))


def test_a_small_file_that_unfolds_without_end_is_refused():
    bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 9)
    )
    (problem,) = read(bomb).problems
    assert "too much" in problem.sentence


def test_a_file_that_is_no_text(tmp_path):
    file = tmp_path / "latin.yaml"
    file.write_bytes(b"a: 1\nb: \xff\n")
    assert [str(problem) for problem in read_catalogue([file]).problems] == [
        f"{file}:2: not UTF-8, expected UTF-8 text"
    ]


# --- broken programmes -------------------------------------------------------------------
MISTAKES = [
    # (what is replaced, by what, what the problem says); the line is where the new words are.
    ("kind: letter\n", "kind: leter\n", "`leter` (did you mean `letter`?), expected one of: l"),
    ("\nreceipt:", "\nrecipt:", "unknown key `recipt` (did you mean `receipt`?), exp"),
    ("quorum: 2", "quorum: two", "`two`, expected a whole number"),
    ("pass_points: 6000", "pass_points: 60000", "60000, expected a number from 0 to 10000"),
    ("{figure: moj-wage-e-7-1}", "{figure: moj-wage-e-9}", "unknown figure `moj-wage-e-9`"),
    ("fact: job.annual_pay", "fact: job.anual_pay", "fact `job.anual_pay` (did you mean `job.a"),
    ("has: degrees\n", "has: diplomas\n", "unknown list `diplomas`, expected one of: degrees"),
    ("{at_least: master}", "{at_least: magister}", "`magister` (did you mean `mast"),
    ("{at_least: master}", "{atleast: master}", "`atleast` (did you mean `at_least`"),
    ("level: {at_least: master}", "lvl: {at_least: master}", "unknown fact `lvl` of degrees"),
    ("            related: true", '            related: "true"', "`true`, expected true or false"),
    ("years: 1\n", "years: one\n", "`one`, expected a whole number"),
    ("listed: fields", "listed: field", "unknown list `field` (did you mean `fields`?)"),
    ('in: ["2352"]', 'in: ["2353"]', "is not on the programme's list `occupations` (did"),
    ('in: ["2352"]', 'in: "2352"', "one value for `in`, expected a list"),
    ("visa-manual pp.182-", "manual pp.182-", "source `manual` (did you mean `visa-ma"),
    ('period: "10d"', 'period: "10 days"', "`10 days`, expected a period, as in 10d or 24h"),
    ("R-{year}-{number:06d}", "R-{year}-{nr:06d}", "expected a pattern, as in KOTRA-{year}-{num"),
    ('label: v1\n  from: "2025-04-01"', 'label: v1\n  from: "2025-04-31"', "`2025-04-31`, exp"),
    ("status: in_force", "status: inforce", "`inforce` (did you mean `in_force`?)"),
    ("is: false\n", "equals: false\n", "unknown key `equals`, expected one of: "),
    ("headcount: employer.foreign_workers", "headcount: employer.sector", "a fact that is a num"),
    ("rounding: half_up", "rounding: bankers", "`bankers`, expected one of: half_up, up, down"),
    ("code: kotra\n", "code: KOTRA!\n", "`KOTRA!`, expected a name of a-z, 0-9, - and _"),
    ("max_points: 10", "max_points: 0", "0, expected a number from 1 to 100"),
    ("low: 3\n", "low: 11\n", "11, expected a number from 0 to 10"),
    ("visa_class: E-7-1}", "visa_class: E-71}", "`E-71` (did you mean `E-7-1`?), exp"),
    ("required: true", "required: yes", "bare yes, expected"),
    ("url: \"https:", "url: \"javascript:", "expected an address that begins with https://"),
    ("{days: 10, assumed: true}", "{days: 10, assumed: false}", "a value without a sour"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "sentence"), MISTAKES, ids=[one[1] for one in MISTAKES])
def test_a_mistake_is_named_at_its_line(check, old, new, sentence):
    found = check((old, new))
    lines = KOTRA.read_text(encoding="utf-8").replace(old, new, 1)
    place = lines.index(new) + len(new.rstrip("\n"))
    expected = lines.count("\n", 0, place) + 1
    assert [line for line, said in found if sentence in said] == [expected], found


def test_a_bare_code_in_a_programme(check):
    assert check(('{code: "2111"', "{code: 2111")) == [
        (
            line_of('{code: "2111"'),
            'the number 2111, expected a code (letters, digits, . _ / -) in quotes ("…")',
        )
    ]


def test_a_missing_translation(check):
    assert check((', en: "Passport copy"}', "}")) == [
        (line_of("Passport copy"), "`en` is missing, expected it here")
    ]
    assert check(('en: "Passport copy"', 'en: "여권 사본"')) == [
        (line_of("Passport copy"), "Hangul in the English text, expected a translation")
    ]


def test_a_value_without_a_source(check):
    (found,) = check(('processing: {period: "10d", assumed: true}', 'processing: {period: "10d"}'))
    assert found == (
        line_of("processing:"),
        "a value without a source, expected `source: …` or `assumed: true`",
    )


FIELD_RULE = "      fact: job.technology_field\n      listed: fields\n"


def test_a_rule_that_is_two_rules_or_none(check):
    (both,) = check((FIELD_RULE, FIELD_RULE + "      has: degrees\n"))
    assert both[1].startswith("a rule with `fact` and `has`, expected exactly one of: all_of,")
    (none,) = check((FIELD_RULE, ""))
    assert none[1].startswith("a rule with none of them, expected exactly one of: all_of,")
    (nothing,) = check((FIELD_RULE, "      fact: job.technology_field\n"))
    assert nothing[1].startswith("nothing is asked of `job.technology_field`, expected one of: is,")
    assert {line for line, _said in (both, none, nothing)} == {line_of("code: technology-field")}


def test_weights_of_a_rubric(check):
    assert check(("weight: 40", "weight: 41")) == [
        (line_of("  criteria:"), "weights adding up to 101, expected 100")
    ]


def test_every_problem_at_once(check):
    found = check(("quorum: 2", "quorum: 0"), ("years: 5", "years: 0"), ("kind: letter", "kind: x"))
    assert [line for line, _said in found] == sorted(
        [line_of("quorum: 2"), line_of("years: 5"), line_of("kind: letter")]
    )


def test_parts_of_a_quota_fit_into_the_whole(check):
    parts = (
        "    size: 630\n    parts:\n"
        '      - {code: a, names: {ko: "가", en: "a"}, size: 600, applies: %s}\n'
        '      - {code: b, names: {ko: "나", en: "b"}, size: 31}\n'
    )
    rule = '{text: {ko: "가", en: "a"}, fact: job.visa_class, is: E-7-1}'
    found = check(("    size: 630\n", parts % rule), of=GYEONGGI)
    assert found == [
        (line_of("size: 630", GYEONGGI) + 1, "parts of 631 in a whole of 630, expected them to fit")
    ]


def test_a_quota_needs_an_end(check):
    (found,) = check(
        (', to: "2026-12-31", source: [gg-news, opcl]}', ", source: gg-news}"), of=GYEONGGI
    )
    assert found[1] == "a quota without an end, expected `period` to have `to`"


def test_evaluators_need_a_rubric_and_a_rubric_evaluators(check):
    stage = "    - {kind: external_evaluation"
    assert "`rubric` without external_evaluation, expected that stage" in [
        said for _line, said in check((stage, "    # - {kind: external_evaluation"))
    ]
    (found,) = check(("\nrubric:\n  assumed: true\n", "\nrubrik:\n  assumed: true\n"))[1:]
    assert "unknown key `rubrik`" in found[1]


def test_stages_in_the_workflows_order(check):
    swapped = check(
        ("{kind: document_review", "{kind: later"),
        ("{kind: validation", "{kind: document_review"),
        ("{kind: later", "{kind: validation"),
    )
    assert [said[:55] for _line, said in swapped] == [
        "`document_review` after `validation`, expected document"
    ]


# --- files together ----------------------------------------------------------------------
def folder(tmp_path, *variants):
    for number, replacements in enumerate(variants):
        text = GYEONGGI.read_text(encoding="utf-8")
        for old, new in replacements:
            assert old in text
            text = text.replace(old, new, 1)
        (tmp_path / f"{number}.yaml").write_text(text, encoding="utf-8")
    return [problem.sentence for problem in read_catalogue([tmp_path]).problems]


FROM = 'label: v1\n  from: "2025-09-15"'


def test_versions_that_follow_each_other(tmp_path):
    assert folder(tmp_path, [], [(FROM, 'label: v2\n  from: "2026-03-01"')]) == []


def test_the_same_label_twice(tmp_path):
    (sentence,) = folder(tmp_path, [], [(FROM, 'label: v1\n  from: "2026-03-01"')])
    assert sentence.startswith("the label `v1` again")


def test_periods_that_overlap(tmp_path):
    ends = [(FROM, FROM + '\n  to: "2026-03-01"')]
    (sentence,) = folder(tmp_path, ends, [(FROM, 'label: v2\n  from: "2026-03-01"')])
    assert sentence.startswith("a period that overlaps")
    assert folder(tmp_path, ends, [(FROM, 'label: v2\n  from: "2026-03-02"')]) == []


def test_two_versions_of_one_day(tmp_path):
    (sentence,) = folder(tmp_path, [], [(FROM, 'label: v2\n  from: "2025-09-15"')])
    assert sentence.startswith("a period that overlaps")


def test_an_announced_version_may_lie_anywhere(tmp_path):
    announced = [
        (FROM, 'label: seed\n  from: "2025-09-15"'),
        ("status: in_force", "status: announced"),
    ]
    assert folder(tmp_path, [], announced) == []


def test_a_folder_without_files(tmp_path):
    assert [one.sentence for one in read_catalogue([tmp_path]).problems] == [
        "no files in this folder, expected *.yaml"
    ]


FIGURES = """\
format: 1
sources: {}
figures:
  floor:
    names: {ko: "하한", en: "floor"}
    unit: won
    values:
      - {from: "2026-01-01", to: "2026-06-30", value: 1, assumed: true}
      - {from: "%s", to: "2026-12-31", value: 2, assumed: true}
"""


@pytest.mark.parametrize(("second", "lines"), [("2026-07-01", []), ("2026-06-30", [9])])
def test_figures_have_one_value_on_any_day(tmp_path, second, lines):
    file = tmp_path / "figures.yaml"
    file.write_text(FIGURES % second, encoding="utf-8")
    assert [problem.line for problem in read_catalogue([file]).problems] == lines


# --- hashes ------------------------------------------------------------------------------
def document(*replacements):
    text = GYEONGGI.read_text(encoding="utf-8")
    for old, new in replacements:
        assert old in text
        text = text.replace(old, new, 1)
    data = read(text).data
    assert read_document(data)[1] == []
    return data


@pytest.mark.parametrize(
    "words",
    [
        ("경기도 광역형 비자 추천 요건을", "경기도 광역형 비자의 추천 요건을"),
        ("광역형 비자 지방자치단체 추천서", "지방자치단체 추천서"),
        ("size: 630", "size: 700"),
        ('phone: "031-120"', 'phone: "031-121"'),
        ("  assumed: true  # that the workplace", "  source: gg-news  # that the workplace"),
    ],
)
def test_words_sources_and_the_quota_are_not_rules(words):
    assert rules_hash(document(words)) == rules_hash(document())
    assert text_hash(document(words)) != text_hash(document())


@pytest.mark.parametrize(
    "rule",
    [
        ("years: 5", "years: 4"),
        ("level: {at_least: master}", "level: {at_least: doctor}"),
        ('period: "10d"', 'period: "11d"'),
        ("required: false", "required: true"),
        ("visa_class: E-7-2}", "visa_class: E-7-1}"),
        ("days_in_a_year: 365", "days_in_a_year: 366"),
    ],
)
def test_everything_else_is(rule):
    assert rules_hash(document(rule)) != rules_hash(document())


@pytest.mark.parametrize(
    ("file", "known"),
    [
        (KOTRA, "d065a21179c8226d8c9584c3b8a988cf547f1e77e0227e25a712ce1c51a1430c"),
        (GYEONGGI, "355cfca1107198530e950233cc4775373dc3cbffcfd20e4849bd613ece3c1049"),
    ],
)
def test_loaded_rules_keep_their_hash(file, known):
    """Databases hold these versions under these hashes."""
    assert rules_hash(read(file.read_text(encoding="utf-8")).data) == known


INFORMATION = """
applicants:
  assumed: true
  items:
    - {code: company, names: {ko: "기업", en: "Company"}}
    - {code: proxy, names: {ko: "대리인", en: "Proxy"}, description: {ko: "위임", en: "By proxy"}}

fee: {won: 0, source: gg-news}

notes:
  source: gg-news
  items:
    - {names: {ko: "체류", en: "Stay"}, description: {ko: "2년", en: "Two years"}}
"""


def test_what_judges_nobody_may_be_said_otherwise_of_loaded_rules():
    document = read(GYEONGGI.read_text(encoding="utf-8")).data
    other = {**document, **read(INFORMATION).data}
    manifest = manifest_of(other)
    assert [one.code for one in manifest.applicants] == ["company", "proxy"]
    assert (manifest.fee.won, manifest.fee.sourced.citations[0].key) == (0, "gg-news")
    assert [str(one.names.en) for one in manifest.notes] == ["Stay"]
    bare = {name: inner for name, inner in other.items() if name not in read(INFORMATION).data}
    assert rules_hash(other) == rules_hash(document) == rules_hash(bare)


def test_a_part_of_points_in_a_part():
    bands = [
        {"points": 10, "text": pools.words("band"), "fact": "employer.root_industry", "is": True}
    ]
    inner = {"code": "inner", "names": pools.words("inner"), "best_of": bands}
    outer = {"code": "outer", "names": pools.words("outer"), "parts": [inner]}
    said = pools.document(None, {}) | {
        "points": {"assumed": True, "parts": [outer]},
        "requirements": {
            "text": pools.words("all"),
            "assumed": True,
            "number": {"points": "inner"},
            "at_least": 10,
        },
    }
    (problem,) = read_document(said)[1]
    assert str(problem) == (
        "points.parts[0].parts: `parts` in a part, expected parts as items of best_of, sum_of or "
        "take_off"
    )


@pytest.mark.parametrize("last", [{"up_to": 9, "limit": 2}, {"limit": 2}])
def test_the_last_bracket_is_for_everything_above(last):
    brackets = {"brackets": [{"up_to": 4, "limit": 1}, last], "of": "employer.insured_nationals"}
    rule = {"text": pools.words("all"), "assumed": True, "number": "employer.foreign_workers"}
    said = pools.document(None, {}) | {"requirements": {**rule, "at_most": brackets}}
    told = [str(one) for one in read_document(said)[1]]
    assert len(told) == ("up_to" in last)
    for one in told:
        assert one == (
            "requirements.at_most.brackets[1].up_to: the last bracket needs no `up_to`, "
            "expected one for everything above 9"
        )


FEE = "fee: {won: 0, assumed: true}"


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        (
            "    - code: company\n",
            "    - code: agent\n",
            "`agent`, expected one of: company, candidate, proxy",
        ),
        (FEE, 'fee: {won: "0", assumed: true}', "`0`, expected a whole number"),
        (FEE, "fee: {won: 0}", "a value without a source, expected"),
    ],
)
def test_information_is_checked_too(check, old, new, sentence):
    (found,) = check((old, new), of=GYEONGGI)
    assert found[1].startswith(sentence)


def test_a_figure_without_a_value_is_known(tmp_path):
    file = tmp_path / "figures.yaml"
    text = (FIGURES % "2026-07-01").partition("    values:")[0]
    file.write_text(text + "    values: []\n    assumed: true\n", encoding="utf-8")
    catalogue = read_catalogue([file])
    assert (catalogue.problems, catalogue.figure_keys) == ([], {"floor"})
    file.write_text(text + "    values: []\n", encoding="utf-8")
    (problem,) = read_catalogue([file]).problems
    assert problem.sentence.startswith("a value without a source")
