"""What other rooms read here."""

import uuid

import pytest

from letters import selectors, services
from letters.held_up import held_up
from tests.letters.ending import end
from tests.letters.samples import KOTRA, reserve

pytestmark = pytest.mark.django_db


def test_a_case_has_its_letters_and_at_most_one_that_counts(kotra, officer, issue):
    subject = uuid.uuid4()
    gap = reserve(kotra, subject=subject)
    services.void(letter=gap, actor=officer, reason="결재 취소")
    assert selectors.current_letter(subject) is None
    letter = reserve(kotra, subject=subject)
    assert selectors.current_letter(subject) == letter
    assert held_up([letter, gap]) == {}
    assert list(selectors.letters_of(subject)) == [letter, gap]


def test_the_quota_counts_delivered_letters_of_a_programme(kotra, officer, issue):
    delivered, ended = issue(kotra), issue(kotra)
    issue(kotra, {**KOTRA, "series": "another", "number_pattern": "A-{year}-{number}"})
    reserve(kotra)
    second = officer.__class__.objects.create_user(email="second@example.kr", name="둘째")
    end(ended, "revoked", officer, second)
    assert selectors.count_for_quota("kotra-recommendation") == {
        delivered.subject: True,
        ended.subject: False,
    }
