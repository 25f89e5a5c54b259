"""One's own account."""

import pytest
from django.test import Client
from django.urls import reverse

from audit.models import Event
from tests.accounts.people import company_of, someone
from tests.pages import hurt, only_reading
from tests.person import Browser

pytestmark = pytest.mark.django_db

PROFILE = "/account/"


def test_name_telephone_and_language_are_ones_own_to_change():
    user = someone("옛이름")
    browser = Browser(user)
    page = browser.open(PROFILE)
    page = page.send(page.form(name="옛이름"), name="새이름", phone="010-1", language="en")
    user.refresh_from_db()
    assert (user.name, user.phone, user.language) == ("새이름", "010-1", "en")
    assert 'lang="en"' in page.html  # the page is in the chosen language at once
    event = Event.objects.get(subject_id=user.public_id)
    assert event.data == {"fields": ["name", "phone", "language"]}


def test_saving_without_a_change_records_nothing():
    page = Browser(someone("같은이름")).open(PROFILE)
    page.send(page.form(name="같은이름"))
    assert not Event.objects.exists()


def test_what_was_refused_is_shown_and_not_stored():
    user = someone("옛이름")
    page = Browser(user).open(PROFILE)
    page = page.send(page.form(name="옛이름"), name="", phone="010-1")
    assert "입력 내용을 확인해 주세요." in page.words
    assert 'value="010-1"' in page.html
    assert "옛이름" in page.words  # the header still names the person
    user.refresh_from_db()
    assert (user.name, user.phone) == ("옛이름", "")


def test_a_browser_without_a_language_takes_the_persons_at_sign_in():
    user = someone(language="en")
    sent = {"login": user.email, "password": "x"}
    client = Client(headers={"Accept-Language": "ko"})
    client.post(reverse("account_login"), sent)
    assert client.cookies["django_language"].value == "en"
    chosen = Client()
    chosen.cookies["django_language"] = "ko"
    chosen.post(reverse("account_login"), sent)
    assert chosen.cookies["django_language"].value == "ko"


def test_it_shows_where_one_belongs_and_reads_only(world, client):
    owner = someone()
    company = company_of(owner)
    client.force_login(owner)
    with only_reading():
        assert company.name_ko in client.get(PROFILE).content.decode()
    assert "심사자" in Browser(world["kotra.reviewer"]).open(PROFILE).words


def test_naughty_words_hurt_nothing(client):
    owner = someone()
    company = company_of(owner)
    client.force_login(owner)
    for path in (
        PROFILE,
        reverse("accounts:company-edit", args=[company.public_id]),
    ):
        hurt(client, path, alone=("name",) if path == PROFILE else ("name_ko",))
