"""From a stranger to someone who acts for a company, and where they were going."""

import re
from datetime import datetime, timedelta

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.conf import settings
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.template.loader import get_template
from django.urls import reverse

from accounts.models import Company, CompanyRole, User
from notifications.models import Mail
from tests.accounts.people import ABOUT, roles_in, someone
from tests.person import Browser, Page

pytestmark = pytest.mark.django_db

NEW = "/applications/new/?programme=kotra-recommendation"
PASSWORD = "a-long-password"
HANGUL = re.compile("[가-힣]")
LEADS_AWAY = re.compile(r'(?:href|action|value)="(?:https?:)?//evil[^"]*"|="javascript')


def sign_up(browser: Browser, email: str = "new@example.org", next_page: str = "") -> Page:
    page = browser.open(f"{reverse('account_signup')}?next={next_page}")
    return page.send(
        page.form_to(reverse("account_signup")),
        email=email,
        name="새사람",
        password1=PASSWORD,
        password2=PASSWORD,
    )


def link_for(email: str) -> str:
    text = Mail.objects.filter(to=email).latest("pk").text
    return re.search(r"http://testserver(/accounts/\S+)", text)[1]


def test_a_newcomer_ends_where_they_were_going_with_a_company(world):
    browser = Browser()
    page = sign_up(browser, next_page=NEW)
    assert page.path == reverse("account_email_verification_sent")
    page = browser.open(link_for("new@example.org"))
    page = page.send(page.form_to(page.path))
    # Signed in, on the way to the application, and led to "your company" first.
    assert page.path == reverse("accounts:start")
    page = browser.open(page.response.context["register_url"])
    page = page.send(page.form(next=NEW), business_no="124-81-00998", **ABOUT)
    assert page.path == "/applications/new/"
    assert page.response.request["QUERY_STRING"] == "programme=kotra-recommendation"
    company = Company.objects.get(business_no="1248100998")
    assert roles_in(company) == {"새사람": CompanyRole.OWNER}
    page = browser.open(reverse("accounts:companies"))
    assert page.path == reverse("accounts:company", args=[company.public_id])


def test_a_newcomer_without_an_aim_is_led_to_their_company():
    browser = Browser()
    sign_up(browser)
    page = browser.open(link_for("new@example.org"))
    assert page.send(page.form_to(page.path)).path == reverse("accounts:start")


def test_the_link_opened_in_another_browser_confirms_but_signs_nobody_in():
    sign_up(Browser())
    other = Browser()
    page = other.open(link_for("new@example.org"))
    page = page.send(page.form_to(page.path))
    assert page.path == reverse("account_login")
    assert User.objects.get().emailaddress_set.get().verified
    assert other.status(reverse("accounts:profile")) == 302


def test_without_the_mail_nobody_gets_in():
    browser = Browser()
    sign_up(browser)
    assert browser.status(reverse("accounts:profile")) == 302
    page = browser.open(reverse("account_login"))
    page = page.send(
        page.form_to(reverse("account_login")), login="new@example.org", password=PASSWORD
    )
    assert page.path == reverse("account_email_verification_sent")


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "javascript:x"])
def test_nobody_is_led_elsewhere(elsewhere):
    browser = Browser(someone())
    for name in ("accounts:register", "accounts:join", "accounts:start", "accounts:companies"):
        page = browser.open(f"{reverse(name)}?next={elsewhere}")
        assert not LEADS_AWAY.findall(page.html)
    page = browser.open(f"{reverse('accounts:register')}?next={elsewhere}")
    sent = page.form(next="").filled(business_no="1248100998", **ABOUT) | {"next": [elsewhere]}
    assert browser.client.post(page.path, sent)["Location"].startswith("/company/")


# --- the language of what is mailed ---------------------------------------------------------
def test_mails_come_in_the_persons_language_whatever_the_browsers():
    someone(language="en", email="english@example.org")
    someone(language="ko", email="korean@example.org")
    for language in ("ko", "en"):
        browser = Browser()
        browser.client.cookies["django_language"] = language
        for email in ("english@example.org", "korean@example.org"):
            page = browser.open(reverse("account_reset_password"))
            page.send(page.form_to(reverse("account_reset_password")), email=email)
    assert {(mail.to, mail.language) for mail in Mail.objects.all()} == {
        ("english@example.org", "en"),
        ("korean@example.org", "ko"),
    }
    assert Mail.objects.count() == 4


def test_whoever_signs_up_in_english_is_mailed_in_english():
    browser = Browser()
    browser.client.cookies["django_language"] = "en"
    sign_up(browser)
    assert User.objects.get().language == "en"
    assert Mail.objects.get().language == "en"


def test_a_mail_that_was_asked_for_survives_a_mail_server_that_is_away():
    """It is a row of the outbox, written before anything is sent."""
    sign_up(Browser())
    mail = Mail.objects.get()
    assert mail.sent_at is None
    assert mail.user == User.objects.get()


@pytest.mark.parametrize(("minutes", "works"), [(59, True), (61, False)])
def test_a_link_that_sets_a_password_works_for_an_hour(minutes, works, monkeypatch):
    email = someone().email
    browser = Browser()
    page = browser.open(reverse("account_reset_password"))
    page.send(page.form_to(reverse("account_reset_password")), email=email)
    later = datetime.now() + timedelta(minutes=minutes)  # noqa: DTZ005 - as Django reckons here
    monkeypatch.setattr(PasswordResetTokenGenerator, "_now", lambda self: later)
    page = browser.open(link_for(email))
    assert ("유효 기간이 지났습니다." in page.words) is not works


# --- one look -----------------------------------------------------------------------------------
SHOWN = (
    "account_login",
    "account_signup",
    "account_logout",
    "account_inactive",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key_done",
    "account_email_verification_sent",
    "account_email",
    "account_change_password",
    "account_set_password",
    "account_reauthenticate",
    "account_confirm_login_code",
    "mfa_index",
    "mfa_activate_totp",
    "mfa_deactivate_totp",
    "mfa_generate_recovery_codes",
    "mfa_view_recovery_codes",
    "mfa_authenticate",
    "mfa_reauthenticate",
)
# Words of allauth's own pages.
THEIRS = (
    "Sign In",
    "Menu:",
    "Change Email",
    "Two-Factor Authentication",
    "Passkeys",
    "로그인 하기",
)


@pytest.mark.parametrize("who", ["nobody", "somebody", "with a second factor"])
@pytest.mark.parametrize("name", SHOWN)
def test_every_page_of_signing_in_is_ours_and_korean(name, who):
    user = None if who == "nobody" else someone()
    if who == "with a second factor":
        TOTP.activate(user, "JBSWY3DPEHPK3PXP")
        RecoveryCodes.activate(user)
    page = Browser(user).open(reverse(name))
    assert page.status == 200 or (page.status == 404 and who == "somebody")
    assert 'id="krds-header"' in page.html
    assert '<html lang="ko"' in page.html
    assert not [words for words in THEIRS if words in page.html]
    heading = re.search(r"<h1[^>]*>(.*?)</h1>", page.html, re.DOTALL)
    assert heading
    assert HANGUL.search(heading[1])


def test_every_template_of_allauths_that_can_be_reached_is_replaced():
    """What is left of theirs belongs to ways in that are switched off."""
    for name in SHOWN:
        browser = Browser(someone())
        response = browser.open(reverse(name)).response
        pages = [one for one in response.templates if one.name and one.name.endswith(".html")]
        for one in pages:
            if one.name.startswith(("account/", "mfa/", "allauth/")):
                origin = get_template(one.name).origin.name
                assert str(settings.BASE_DIR / "templates") in origin, one.name
