"""What a programme's file lets evaluators see, and what is assumed where it says nothing."""

from copy import deepcopy

import pytest

from programs.document import manifest_of, rules_hash
from programs.evaluating import USUAL, EvaluationDef
from programs.yaml_lines import read
from tests.programs.test_catalogue_files import KOTRA


def document(**more):
    return deepcopy(read(KOTRA.read_text("utf-8")).data) | more


def manifest(**said):
    return manifest_of(document(evaluation={"assumed": True, **said}))


def test_a_file_that_says_nothing_is_judged_by_names_with_what_is_assumed():
    told = manifest_of(document())
    assert told.evaluation is USUAL
    assert (told.evaluation.blind, told.evaluation.outcome, told.evaluation.assumed) == (
        False,
        False,
        True,
    )
    shown = {one.code for one in told.documents if told.evaluation.shows_document(one.code)}
    assert shown == {"contract", "cv", "degree_cert", "career_cert", "licence", "necessity"}
    assert told.evaluation.shows_fact("degrees", "institution")
    assert not told.evaluation.shows_fact("employer", "size")
    assert (told.rubric.disagreement, told.rubric.disagreement_assumed) == (3000, True)


@pytest.mark.parametrize(
    ("level", "named", "blind"),
    [("office", False, False), ("evaluator", True, False), ("blind", True, True)],
)
def test_a_level_says_who_sees_a_paper(level, named, blind):
    for hidden, shown in ((False, named), (True, blind)):
        told = manifest(blind=hidden, documents={"passport_copy": level})
        assert told.evaluation.shows_document("passport_copy") is shown


def test_where_names_are_hidden_no_paper_is_shown_that_is_not_called_blind():
    told = manifest(blind=True)
    assert not any(told.evaluation.shows_document(one.code) for one in told.documents)
    assert told.evaluation.shows_fact("degrees")


def test_a_fact_goes_before_its_group():
    told = EvaluationDef(facts={"employer": "office", "employer.size": "blind", "job": "office"})
    assert told.shows_fact("employer", "size")
    assert told.shows_fact("employer")
    assert not told.shows_fact("employer", "sector")
    assert not told.shows_fact("job")


def test_one_answer_never_disagrees_with_itself():
    data = document()
    data["rubric"]["quorum"] = 1
    assert manifest_of(data).rubric.most_apart == 10_000


def test_what_evaluators_are_given_is_a_rule_of_the_version():
    plain = document()
    assert rules_hash(plain) != rules_hash(document(evaluation={"assumed": True, "blind": True}))
