"""The mailbox of a demonstration."""

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from applications.stages import Stage
from notifications.models import Mail
from tests.outbox import deliver_letters
from tests.pages import only_reading
from tests.person import Browser

pytestmark = pytest.mark.django_db


@pytest.fixture
def mails(world):
    world.at(Stage.DOCUMENT_REVIEW)
    deliver_letters()
    return list(Mail.objects.order_by("-id"))


@pytest.fixture
def someone(world):
    client = Client()
    client.force_login(world["company"])
    return client


def test_every_mail_is_there_candidates_too(someone, mails):
    page = someone.get(reverse("mailbox"))
    assert page.context["mails"] == mails
    assert {mail.to for mail in mails} >= {"company@demo.example", "candidate1@demo.example"}
    own = someone.get(reverse("mailbox") + "?whose=own")
    assert {mail.to for mail in own.context["mails"]} == {"company@demo.example"}


def test_a_mails_links_can_be_followed(someone, mails):
    mail = next(mail for mail in mails if mail.to == "candidate1@demo.example")
    page = someone.get(reverse("mailbox-mail", args=[mail.public_id])).content.decode()
    assert f'href="{settings.SITE_URL}/my/link/' in page


def test_a_mail_is_text_and_never_markup(someone, mails):
    Mail.objects.update(
        text="<script>alert(1)</script> http://x.example/?a=<b>", subject="<i>x</i>"
    )
    page = someone.get(reverse("mailbox-mail", args=[mails[0].public_id])).content.decode()
    assert "<script>alert(1)" not in page
    assert "<i>x</i>" not in page


def test_outside_a_demonstration_there_is_none(someone, mails, settings):
    settings.DEMONSTRATION = False
    assert someone.get(reverse("mailbox")).status_code == 404
    assert someone.get(reverse("mailbox-mail", args=[mails[0].public_id])).status_code == 404


def test_nobody_reads_it_without_signing_in(mails):
    assert Client().get(reverse("mailbox")).status_code == 302
    assert Client().get(reverse("mailbox-mail", args=[mails[0].public_id])).status_code == 302


def test_who_just_signed_up_finds_their_own_mail_there_and_no_other(mails):
    """The mail that ends a sign-up is needed before anyone can sign in."""
    newcomer = Browser()
    page = newcomer.open(reverse("account_signup"))
    page = page.send(
        page.form_to(reverse("account_signup")),
        email="new@example.org",
        name="새사람",
        password1="a-long-password",
        password2="a-long-password",
    )
    assert f'href="{reverse("mailbox")}"' in page.html
    page = newcomer.open(reverse("mailbox"))
    (own,) = Mail.objects.filter(to="new@example.org")
    assert page.response.context["mails"] == [own]
    assert "candidate1@demo.example" not in page.html
    assert "m-button" in newcomer.open(reverse("mailbox-mail", args=[own.public_id])).html
    assert newcomer.status(reverse("mailbox-mail", args=[mails[0].public_id])) == 302
    assert newcomer.open(reverse("mailbox") + "?whose=own").response.context["mails"] == [own]
    assert Client().get(reverse("mailbox")).status_code == 302


def test_outside_a_demonstration_nothing_is_noted_and_nothing_shown(mails, settings):
    settings.DEMONSTRATION = False
    browser = Browser()
    page = browser.open(reverse("account_reset_password"))
    page = page.send(page.form_to(reverse("account_reset_password")), email="company@demo.example")
    assert reverse("mailbox") not in page.html
    assert "own_mails" not in browser.client.session
    assert browser.status(reverse("mailbox")) == 404


def test_it_pages_and_asks_as_much_at_three_as_at_one(
    someone, mails, django_assert_num_queries, monkeypatch
):
    monkeypatch.setattr("portal.views.mailbox.PAGE_SIZE", 1)
    first = someone.get(reverse("mailbox"))
    assert first.context["mails"] == mails[:1]
    second = someone.get(reverse("mailbox") + first.context["older_url"])
    assert second.context["mails"] == mails[1:2]
    assert someone.get(reverse("mailbox") + "?before=x%00").context["mails"] == mails[:1]
    with only_reading():
        someone.get(reverse("mailbox"))
