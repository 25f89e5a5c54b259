"""The second factor: sealed at rest, and staff go nowhere without it outside a demonstration."""

import re

import pytest
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.db import connection
from django.test import Client
from django.urls import reverse

from accounts.models import User
from audit.crypto import Unreadable
from notifications.models import Mail
from portal.demo import people
from tests.accounts.people import someone
from tests.person import Browser

pytestmark = pytest.mark.django_db

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def code_of(secret: str) -> str:
    now = list(yield_hotp_counters_from_time())
    return format_hotp_value(hotp_value(secret, now[len(now) // 2]))


def stored() -> str:
    """All that the table of authenticators holds, as the database has it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM mfa_authenticator")
        return str(cursor.fetchall())


@pytest.fixture
def in_use(settings):
    """Not a demonstration."""
    settings.DEMONSTRATION = False


# --- at rest ----------------------------------------------------------------------------------
def test_the_database_does_not_hold_the_secret(db):
    user = someone()
    TOTP.activate(user, SECRET)
    codes = RecoveryCodes.activate(user)
    held = stored()
    assert SECRET not in held
    assert get_adapter().decrypt(codes.instance.data["seed"]) not in held
    assert not any(code in held for code in codes.generate_codes())
    assert Authenticator.objects.get(type="totp").wrap().validate_code(code_of(SECRET))


def test_each_sealing_is_another_and_an_altered_one_does_not_open():
    adapter = get_adapter()
    first, second = adapter.encrypt(SECRET), adapter.encrypt(SECRET)
    assert first != second
    assert adapter.decrypt(first) == adapter.decrypt(second) == SECRET
    with pytest.raises(Unreadable):
        adapter.decrypt(first[:-8] + "AAAAAAA=")


# --- setting it up and signing in with it -------------------------------------------------------
def set_up(browser: Browser, password: str) -> str:
    page = browser.open(reverse("mfa_activate_totp"))
    if page.path == reverse("account_reauthenticate"):
        page = page.send(page.form_to(page.path), password=password)
    secret = re.search(r"<code>(\w{32})</code>", page.html)[1]
    page = page.send(page.form_to(reverse("mfa_activate_totp")), code=code_of(secret))
    assert page.path == reverse("mfa_view_recovery_codes")
    return secret


def test_whoever_set_one_up_is_asked_for_it_and_may_use_a_recovery_code(world):
    person = world["kotra.lead"]
    browser = Browser(person)
    set_up(browser, people.PASSWORD)
    codes = re.findall(r"<code>(\d{8})</code>", browser.open("/accounts/2fa/recovery-codes/").html)
    assert len(codes) == 10

    fresh = Browser()
    page = fresh.open(reverse("account_login"))
    page = page.send(
        page.form_to(reverse("account_login")), login=person.email, password=people.PASSWORD
    )
    assert page.path == reverse("mfa_authenticate")
    assert fresh.status("/reviews/") == 302
    page = page.send(page.form_to(reverse("mfa_authenticate")), code="000000")
    assert "번호가 올바르지 않습니다." in page.words
    page = page.send(page.form_to(reverse("mfa_authenticate")), code=codes[0])
    assert fresh.status("/reviews/") == 200


def test_a_new_authenticator_is_told_by_mail(world, django_capture_on_commit_callbacks):
    person = world["kotra.lead"]
    with django_capture_on_commit_callbacks(execute=True):
        set_up(Browser(person), people.PASSWORD)
    told = Mail.objects.filter(user=person).order_by("pk")
    assert any("인증 앱" in mail.text for mail in told)
    assert all("127.0.0.1" in mail.text for mail in told)


# --- required of staff ------------------------------------------------------------------------
STAFF = ("kotra.reviewer", "kotra.lead", "kotra.admin", "root")


def person_called(world, login: str) -> User:
    if login != "root":
        return world[login]
    return User.objects.create_superuser(email="root@demo.example", password="x", name="root")


@pytest.mark.parametrize("login", STAFF)
@pytest.mark.parametrize("path", ["/", "/reviews/", "/desk/", "/account/", "/admin/", "/mailbox/"])
def test_staff_without_one_are_sent_to_set_it_up(world, in_use, client, login, path):
    client.force_login(person_called(world, login))
    answer = client.get(path)
    assert (answer.status_code, answer["Location"]) == (302, reverse("mfa_activate_totp"))
    assert client.post(path).status_code == 302


def test_they_are_told_why(world, in_use):
    page = Browser(world["kotra.lead"]).open("/reviews/")
    assert "기관 직원은 2단계 인증을 등록해야 이용할 수 있습니다." in page.words


def test_the_api_refuses_with_a_sentence(world, in_use, client):
    client.force_login(world["kotra.lead"])
    for path in (reverse("api-root"), reverse("api-programmes"), "/api/cases/"):
        answer = client.get(path)
        if answer.status_code == 404:
            continue
        assert answer.status_code == 403
        assert answer.json()["code"] == "second_factor_required"
        assert "2단계 인증" in answer.json()["detail"]


def test_a_fragment_leads_the_whole_page_there(world, in_use, client):
    client.force_login(world["kotra.lead"])
    answer = client.get("/reviews/", headers={"HX-Request": "true"})
    assert (answer.status_code, answer["HX-Redirect"]) == (403, reverse("mfa_activate_totp"))


def test_setting_it_up_opens_everything(world, in_use):
    browser = Browser(world["kotra.lead"])
    set_up(browser, people.PASSWORD)
    assert browser.status("/reviews/") == 200
    assert browser.status("/desk/") == 200


def test_taking_it_away_closes_everything_again(world, in_use):
    person = world["kotra.lead"]
    browser = Browser(person)
    set_up(browser, people.PASSWORD)
    Authenticator.objects.filter(user=person).delete()
    assert browser.status("/reviews/") == 302


def test_signing_out_and_choosing_a_language_stay_possible(world, in_use, client):
    client.force_login(world["kotra.lead"])
    assert client.get(reverse("account_logout")).status_code == 200
    answer = client.post(reverse("set_language"), {"language": "en", "next": "/"})
    assert answer["Location"] == "/"
    client.post(reverse("account_logout"))
    assert client.get("/").status_code == 200


@pytest.mark.parametrize("login", ["company", "evaluator1"])
def test_others_are_not_made_to(world, in_use, client, login):
    client.force_login(world[login])
    assert client.get("/").status_code == 200
    assert client.get(reverse("accounts:profile")).status_code == 200


@pytest.mark.parametrize("login", STAFF)
def test_in_a_demonstration_nobody_is(world, client, login):
    client.force_login(person_called(world, login))
    assert client.get("/").status_code == 200
    assert client.get(reverse("mfa_index")).status_code == 200


def test_strangers_read_public_pages_all_the_same(world, in_use):
    client = Client()
    assert client.get("/").status_code == 200
    assert client.get("/healthz").status_code == 200
