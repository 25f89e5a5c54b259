"""What the letters room is told of an office's letters, and when a variable really has a value."""

import pytest

from accounts.models import Office
from applications.stages import Stage
from letters import availability, designs, own_designs
from letters.variables import CASE_VARIABLES, CATALOGUE, clean
from reviews.services.letter_inputs import letter_inputs
from reviews.services.notice import SAID
from tests.world import KOTRA

ONLY_RECOMMENDATIONS = {"recommendation", "in_country", "occupation", "field"}


def test_the_catalogue_says_of_every_variable_when_it_has_a_value():
    assert set(availability.WHEN) == set(availability.EXAMPLES) == set(CATALOGUE)
    assert set(availability.WHEN.values()) == set(availability.WORDS)
    assert clean(availability.EXAMPLES) == availability.EXAMPLES
    in_both = {n for n in CASE_VARIABLES if availability.WHEN[n] in ("always", "case")}
    assert in_both == set(SAID)


@pytest.mark.django_db
def test_and_that_is_what_a_case_gives(world):
    given = letter_inputs(world.at(Stage.DECISION).fresh())
    for name in given:
        assert availability.WHEN[name] in {"always", "case"} | ONLY_RECOMMENDATIONS, name
    for name in CASE_VARIABLES:
        if availability.WHEN[name] in ("always", "recommendation"):
            assert name in given, name
        if availability.WHEN[name] == "not_asked":
            assert name not in given


@pytest.mark.django_db
def test_every_design_an_office_writes_with(world):
    used = own_designs.used_by(Office.objects.get(code="kotra"))
    assert {KOTRA, designs.NOTICE} <= set(used)
    assert {use.kind for use in used[designs.NOTICE]} == {"refusal", "return"}
    (use,) = used[KOTRA]
    assert (use.programme, use.kind) == (KOTRA, "recommendation")
