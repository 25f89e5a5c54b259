"""The public revocation list: complete, at once, and silent about people."""

import pytest
from django.test import Client
from django.urls import reverse

from letters import revoked
from letters.models import LetterState
from tests.letters.ending import end

pytestmark = pytest.mark.django_db


@pytest.fixture
def second(officer):
    return officer.__class__.objects.create_user(email="second@example.kr", name="둘째")


def listed(**headers):
    return Client().get(reverse("letters:revoked_json"), headers=headers)


def test_it_names_numbers_days_and_files_and_nobody(kotra, issue, officer, second):
    kept, gone = issue(kotra), issue(kotra)
    end(gone, LetterState.REVOKED, officer, second, reason="TRAN THI MAI LAN의 위조")
    (row,) = listed().json()["letters"]
    assert row == {
        "number": gone.number,
        "status": "revoked",
        "ended_at": gone.ended_at.isoformat(timespec="seconds"),
        "successor": "",
        "specimen": True,
        "sha256": [gone.current_file().sha256],
    }
    page = Client().get(reverse("letters:revoked")).content.decode()
    for said in (page, listed().content.decode()):
        assert gone.number in said
        assert kept.number not in said
        assert "TRAN" not in said
        assert officer.email not in said


def test_who_asks_every_hour_is_sent_it_when_it_has_changed(kotra, issue, officer, second):
    letter = issue(kotra)
    etag = listed().headers["ETag"]
    assert listed(if_none_match=etag).status_code == 304
    end(letter, LetterState.REVOKED, officer, second)
    answer = listed(if_none_match=etag)
    assert answer.status_code == 200
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_a_number_is_looked_up_in_all_of_it_and_the_rest_is_paged(
    kotra, issue, officer, second, monkeypatch
):
    monkeypatch.setattr(revoked, "PAGE", 2)
    letters = [issue(kotra) for _ in range(3)]
    for letter in letters:
        end(letter, LetterState.REVOKED, officer, second)
    first = revoked.page()
    assert [one.number for one in first.letters] == [one.number for one in letters[:0:-1]]
    rest = Client().get(reverse("letters:revoked") + first.older)
    assert letters[0].number in rest.content.decode()
    assert letters[2].number not in rest.content.decode()
    found = Client().get(reverse("letters:revoked"), {"number": letters[0].number})
    assert letters[0].number in found.content.decode()
    for odd in ("?after=nonsense", "?number=%00", "?number=A"):
        assert Client().get(reverse("letters:revoked") + odd).status_code == 200


def test_it_asks_as_many_questions_for_three_as_for_one(
    kotra, issue, officer, second, django_assert_num_queries
):
    for number in (1, 3):
        while len(listed().json()["letters"]) < number:
            end(issue(kotra), LetterState.REVOKED, officer, second)
        with django_assert_num_queries(2):
            listed()
