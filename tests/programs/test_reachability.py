"""Rules nobody can meet, in small programmes. The shipped files, broken, are in test_broken."""

import pytest

from programs.document import read_document
from programs.reachability import unreachable
from programs.reading import dotted
from programs.scrutiny import scrutinise
from tests.programs.pools import document, words


def rule(**said):
    return {"text": words("rule"), **said}


def programme(requirements, **more):
    said = {**document(None, {}), **more}
    said["requirements"] = {"text": words("all"), "assumed": True, **requirements}
    said["occupations"] = {
        "edition": "e",
        "assumed": True,
        "items": [
            {"code": "11", "names": words("eleven"), "visa_class": "E-7-1"},
            {"code": "12", "names": words("twelve"), "visa_class": "E-7-1"},
            {"code": "21", "names": words("twenty-one"), "visa_class": "E-7-2"},
        ],
    }
    return said


def found(requirements, **more):
    said = programme(requirements, **more)
    manifest, problems = read_document(said)
    assert problems == []
    return [dotted(problem.path) for problem in unreachable(manifest)]


CLASS_1 = rule(fact="job.visa_class", **{"is": "E-7-1"})
CLASS_2 = rule(fact="job.visa_class", **{"is": "E-7-2"})
JOB_11 = rule(fact="job.occupation", **{"is": "11"})
JOB_21 = rule(fact="job.occupation", **{"in": ["21"]})
SMALL = rule(fact="employer.insured_nationals", less_than=5)
LARGE = rule(fact="employer.insured_nationals", at_least=5)
MASTER = rule(has="degrees", where={"level": {"at_least": "master"}})
ARREARS = rule(fact="employer.tax_arrears", **{"is": True})


@pytest.mark.parametrize(
    ("said", "places"),
    [
        ({"all_of": [CLASS_1, JOB_11]}, []),
        ({"all_of": [CLASS_2, JOB_11]}, ["requirements.all_of[1]"]),
        ({"all_of": [JOB_11, rule(any_of=[CLASS_1, CLASS_2])]},
         ["requirements.all_of[1].any_of[1]"]),
        ({"all_of": [rule(any_of=[CLASS_1, CLASS_2]), JOB_11]},
         ["requirements.all_of[0].any_of[1]"]),
        ({"any_of": [rule(all_of=[SMALL, CLASS_1]), rule(all_of=[LARGE, CLASS_2])]}, []),
        ({"all_of": [rule(any_of=[SMALL, LARGE]), SMALL]}, ["requirements.all_of[0].any_of[1]"]),
        # What one branch of an any_of says binds nobody.
        ({"all_of": [rule(any_of=[SMALL, MASTER]), LARGE]}, ["requirements.all_of[0].any_of[0]"]),
        ({"when": JOB_11, "then": CLASS_1}, []),
        ({"when": JOB_11, "then": CLASS_2}, ["requirements.then"]),
        ({"when": rule(all_of=[JOB_11, CLASS_2]), "then": MASTER}, ["requirements.when.all_of[1]"]),
        # An exclusion may bar again what is barred already, but not say nonsense.
        ({"all_of": [LARGE, rule(**{"not": SMALL})]}, []),
        ({"all_of": [LARGE, rule(**{"not": rule(all_of=[SMALL, ARREARS])})]}, []),
        ({"not": rule(all_of=[SMALL, LARGE])}, ["requirements.not.all_of[1]"]),
        ({"all_of": [rule(**{"not": CLASS_1}), JOB_11]}, ["requirements.all_of[0]"]),
        ({"all_of": [rule(**{"not": rule(any_of=[CLASS_1, ARREARS])}), JOB_21]}, []),
        ({"some_of": {"count": 2, "of": [SMALL, LARGE, MASTER]}}, []),
        ({"all_of": [JOB_11, rule(some_of={"count": 1, "of": [CLASS_1, CLASS_2]})]},
         ["requirements.all_of[1].some_of.of[1]"]),
        ({"all_of": [rule(fact="job.weekly_hours", at_least=101)]}, ["requirements.all_of[0]"]),
        ({"all_of": [rule(fact="job.region", starts_with=["a/", "b/"]),
                     rule(fact="job.region", starts_with="c/")]}, ["requirements.all_of[1]"]),
        ({"all_of": [rule(fact="job.region", starts_with="a/"),
                     rule(fact="job.region", starts_with="a/b")]}, []),
        ({"all_of": [rule(number="employer.insured_nationals", at_least=5), SMALL]},
         ["requirements.all_of[1]"]),
        ({"has": "languages", "where": {"any_of": [{"test": "topik"}, {"test": "kiip"}],
                                        "level": {"at_least": 3}}}, []),
        ({"has": "languages", "where": {"any_of": [{"test": "topik"}, {"test": "kiip"}],
                                        "test": "provincial"}}, ["requirements"]),
    ],
)  # fmt: skip
def test_what_is_told_and_where(said, places):
    assert found(said) == places


NO_11 = rule(**{"not": JOB_11})


@pytest.mark.parametrize(
    ("said", "pair"),
    [
        ({"all_of": [NO_11, {**JOB_11, "code": "job"}]}, '"rule" contradicts `job`'),
        ({"all_of": [{**JOB_11, "code": "job"}, rule(all_of=[{**NO_11, "code": "other"}])]},
         "`other` contradicts `job`"),
        ({"when": {**JOB_11, "code": "job"}, "then": {**NO_11, "code": "other"}},
         "`other` contradicts `job`"),
        # No two of the three contradict each other.
        ({"all_of": [CLASS_1, NO_11, rule(**{"not": rule(fact="job.occupation", **{"is": "12"})})]},
         ""),
    ],
)  # fmt: skip
def test_two_rules_that_contradict_each_other_are_named(said, pair):
    manifest, problems = read_document(programme(said))
    assert problems == []
    (problem,) = unreachable(manifest)
    named = f": {pair}" if pair else ""
    assert problem.sentence == (
        f"nobody can meet this rule as a whole{named}, expected one that can hold"
    )


def test_one_mistake_is_told_once():
    """A route that cannot be takes nothing else with it."""
    wrong = rule(when=JOB_21, then=rule(all_of=[SMALL, LARGE]))
    others = [rule(when=CLASS_2, then=MASTER), rule(any_of=[JOB_11, JOB_21])]
    assert found({"all_of": [wrong, *others]}) == ["requirements.all_of[0].then.all_of[1]"]
    # That one way is out does not make what is asked of the other hold for everyone.
    routes = rule(any_of=[rule(all_of=[SMALL, LARGE]), CLASS_1])
    assert found({"all_of": [routes, rule(when=CLASS_2, then=MASTER)]}) == [
        "requirements.all_of[0].any_of[0].all_of[1]"
    ]


def points(*parts):
    return {"assumed": True, "parts": list(parts)}


def band(number, **said):
    return {"points": number, "text": words("band"), **said}


AGE = {
    "code": "age",
    "names": words("age"),
    "best_of": [
        band(20, fact="candidate.age", at_most=30),
        band(10, fact="candidate.age", more_than=30),
    ],
}
EXTRA = {
    "code": "extra",
    "names": words("extra"),
    "at_most": 15,
    "sum_of": [
        band(10, fact="employer.returned_firm", **{"is": True}),
        band(10, has="licences"),
    ],
}


@pytest.mark.parametrize(
    ("measure", "asked", "places"),
    [
        ("total", {"at_least": 35}, []),
        ("total", {"at_least": 36}, ["requirements"]),
        ("total", {"more_than": 35}, ["requirements"]),
        ("age", {"at_least": 20}, []),
        ("age", {"at_least": 21}, ["requirements"]),
        ("extra", {"at_least": "15.5"}, ["requirements"]),
    ],
)
def test_points_that_no_bands_add_up_to(measure, asked, places):
    table = points(AGE, EXTRA, {**EXTRA, "code": "less", "take_off": EXTRA["sum_of"]})
    del table["parts"][2]["sum_of"]
    assert found({"number": {"points": measure}, **asked}, points=table) == places


def test_a_band_nobody_can_have():
    wrong = band(30, fact="candidate.age", at_most=20, at_least=25)
    table = points({**AGE, "best_of": [*AGE["best_of"], wrong]})
    assert found({"number": {"points": "total"}, "at_least": 1}, points=table) == [
        "points.parts[0].best_of[2]"
    ]


def test_codes_of_two_rules_and_of_one_shared_rule():
    def told(*rules):
        said = programme({"all_of": list(rules)})
        return [dotted(problem.path) for problem in scrutinise(said, None)]

    assert told({**JOB_11, "code": "a"}, {**JOB_21, "code": "b"}) == []
    assert told({**JOB_11, "code": "a"}, {**JOB_21, "code": "a"}) == ["requirements.all_of[1].code"]
    assert told({**JOB_11, "code": "a"}, rule(any_of=[{**JOB_11, "code": "a"}])) == []


def test_words_that_were_not_translated():
    def told(korean):
        said = programme(JOB_11) | {"summary": {"ko": korean, "en": "Words"}}
        return [dotted(one.path) for one in scrutinise(said, None) if one.path[0] == "summary"]

    for name in ("한국어", "K-Tech Pass", "IT", "E-7-4 (R)", "TOPIK 4급"):
        assert told(name) == []
    assert told("Letters of recommendation") == ["summary.ko"]
