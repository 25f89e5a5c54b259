import pytest
from django.urls import reverse

pytestmark = pytest.mark.django_db


def test_the_chosen_language_is_remembered_for_the_person(client, world):
    person = world["company"]
    client.force_login(person)
    answer = client.post(reverse("set_language"), {"language": "en", "next": "/"})
    assert answer.status_code == 302
    person.refresh_from_db()
    assert person.language == "en"


@pytest.mark.parametrize("language", ["xx", "", "ko-KR"])
def test_an_unknown_language_changes_nothing(client, world, language):
    person = world["company"]
    client.force_login(person)
    client.post(reverse("set_language"), {"language": language, "next": "/"})
    person.refresh_from_db()
    assert person.language == "ko"


def test_looking_at_it_changes_nothing(client, world):
    assert client.get(reverse("set_language")).status_code == 405


def test_a_stranger_may_choose_too(client):
    answer = client.post(reverse("set_language"), {"language": "en", "next": "/"})
    assert answer.status_code == 302
    assert answer.cookies["django_language"].value == "en"
