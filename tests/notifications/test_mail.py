"""Mails: written at once in the reader's language, sent later, once."""

import smtplib
import uuid

import pytest
from django.core import mail as django_mail
from django.core.exceptions import ValidationError
from django.core.mail.backends.base import BaseEmailBackend
from django.db import connection, transaction
from django.template import Engine, TemplateDoesNotExist, engines
from django.utils import timezone, translation

from notifications import mail, outbox, selectors
from notifications.models import Mail, OutboxRow
from tests.audit.people import make_user

pytestmark = pytest.mark.django_db

TEMPLATES = {
    "t/hello.subject.txt": "{% load i18n %}{% if LANGUAGE %}{% endif %}[추천]\n {{ number }}\n",
    "t/hello.txt": "{{ name }}: {{ site_url }}/c/{{ number }}\n",
    "t/rich.subject.txt": "{{ name }}",
    "t/rich.txt": "{{ name }}",
    "t/rich.html": '<p class="m-small">{{ name }}</p>',
    "t/tongue.subject.txt": "{% load i18n %}{% get_current_language as L %}{{ L }}",
    "t/tongue.txt": "{% load i18n l10n %}{% get_current_language as L %}{{ L }}",
}


@pytest.fixture(autouse=True)
def templates(monkeypatch, settings):
    """Templates of this test's own, before the product's."""
    loaders = [
        ("django.template.loaders.locmem.Loader", TEMPLATES),
        ("django.template.loaders.filesystem.Loader", [settings.BASE_DIR / "templates"]),
    ]
    ours = Engine(loaders=loaders, string_if_invalid="MISSING %s", builtins=[])
    ours.template_libraries = engines["django"].engine.template_libraries
    monkeypatch.setattr(engines["django"], "engine", ours)


def queue(**changes):
    user = changes.get("user")
    mail.queue(
        **{
            "to": user.email if user else "someone@example.invalid",
            "language": "ko",
            "template": "t/hello",
            "context": {"number": "K-1", "name": "홍길동 & Sons"},
            "key": "hello:1",
            **changes,
        }
    )
    return Mail.objects.get(key=changes.get("key", "hello:1"))


def test_a_mail_is_written_now_and_sent_by_the_outbox(settings):
    settings.SITE_URL = "https://chucheon.example"
    row = queue(about=uuid.UUID(int=1))
    assert (row.subject, row.text) == (
        "[추천] K-1",
        "홍길동 & Sons: https://chucheon.example/c/K-1\n",
    )
    assert row.sent_at is None
    assert django_mail.outbox == []
    assert OutboxRow.objects.get().payload == {"mail": str(row.public_id)}
    assert outbox.drain() == 1
    (sent,) = django_mail.outbox
    assert (sent.to, sent.subject, sent.body) == ([row.to], row.subject, row.text)
    assert sent.extra_headers["Message-ID"] == mail.message_id("hello:1")
    assert sent.extra_headers["Message-ID"].endswith("@chucheon.example>")
    row.refresh_from_db()
    assert row.sent_at


def test_the_same_occasion_is_one_mail():
    queue()
    queue(context={"number": "K-2", "name": "other"})
    assert Mail.objects.get().subject == "[추천] K-1"
    assert outbox.drain() == 1
    assert len(django_mail.outbox) == 1


@pytest.mark.parametrize(("asked", "written"), [("ko", "ko"), ("en", "en"), ("xx", "ko")])
def test_a_mail_is_in_its_readers_language_whoever_caused_it(asked, written):
    with translation.override("en" if written == "ko" else "ko"):
        row = queue(template="t/tongue", language=asked)
    assert (row.language, row.subject, row.text) == (written, written, f"{written}\n")


def test_text_is_not_escaped_and_html_is():
    row = queue(template="t/rich", context={"name": '<b class="m-page">A & B</b>'})
    assert row.text == '<b class="m-page">A & B</b>\n'
    escaped = "&lt;b class=&quot;m-page&quot;&gt;A &amp; B&lt;/b&gt;"
    assert row.html == f'<p class="m-small">{escaped}</p>'
    outbox.drain()
    (html, kind) = django_mail.outbox[0].alternatives[0]
    assert kind == "text/html"
    assert f">{escaped}</p>" in html
    # Sent with the sheet's rules in the elements: many mail programs keep no <style>.
    assert '<p style="margin:0 0 8px;color:#464c53;font-size:14px">' in html
    assert html.startswith("<!DOCTYPE html>")
    assert '<html lang="ko">' in html
    assert django_mail.outbox[0].message().get_content_type() == "multipart/alternative"


def test_words_that_are_there_already_get_the_same_form(settings):
    settings.SITE_URL = "https://chucheon.example"
    link = "https://chucheon.example/accounts/confirm/=x&y/"
    mail.queue_written(
        to="someone@example.invalid",
        language="en",
        subject="Confirm\r\nBcc: x@y.invalid",
        text=f"Hello <b>you</b>\r\n\r\n\r\n{link}\n\nhttps://other.example/\n\n--\nNo reply\n",
        key="written:1",
    )
    row = Mail.objects.get()
    assert row.subject == "Confirm Bcc: x@y.invalid"
    assert row.text.startswith(f"Hello <b>you</b>\n\n{link}\n\n")
    assert row.html.count('class="m-button"') == 1
    assert f'href="{link.replace("&", "&amp;")}"' in row.html
    assert "Hello &lt;b&gt;you&lt;/b&gt;" in row.html
    assert row.html.index("No reply") > row.html.index('class="m-foot"')
    with pytest.raises(ValidationError):
        mail.queue_written(to="nobody", language="en", subject="x", text="x", key="written:2")


def test_a_subject_is_one_line_of_bounded_length():
    row = queue(template="t/rich", context={"name": "a\r\nBcc: x@y.invalid " + "z" * 400})
    assert "\n" not in row.subject
    assert len(row.subject) == 200
    outbox.drain()
    assert django_mail.outbox[0].recipients() == [row.to]


@pytest.mark.parametrize("address", ["", "nobody", "a@b.invalid\nBcc: c@d.invalid"])
def test_an_address_that_is_none_is_refused_at_once(address):
    with pytest.raises(ValidationError):
        queue(to=address)
    assert not OutboxRow.objects.exists()


def test_a_missing_template_is_refused_at_once():
    with pytest.raises(TemplateDoesNotExist):
        queue(template="t/none")


def test_a_user_finds_the_mails_written_to_them_and_nobody_elses(settings):
    reader, other = make_user(), make_user()
    first, second = queue(user=reader, key="a"), queue(user=reader, key="b")
    queue(user=other, key="c")
    queue(key="d")
    assert list(selectors.mails_for(reader)) == [second, first]
    assert selectors.every_mail().count() == 4
    settings.DEMONSTRATION = False
    assert selectors.every_mail().count() == 0


class Down(BaseEmailBackend):
    """A mail server that answers as told."""

    problem: Exception | None = None
    in_transaction: list = []

    def send_messages(self, messages):
        self.in_transaction.append(connection.in_atomic_block)
        if self.problem:
            raise self.problem
        return django_mail.get_connection(
            "django.core.mail.backends.locmem.EmailBackend"
        ).send_messages(messages)


@pytest.fixture
def server(settings, monkeypatch):
    settings.EMAIL_BACKEND = f"{__name__}.Down"
    monkeypatch.setattr(mail, "get_connection", Down)
    monkeypatch.setattr(Down, "in_transaction", [])

    def answers(problem):
        monkeypatch.setattr(Down, "problem", problem)

    return answers


@pytest.mark.incident("T17")
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "problem",
    [
        ConnectionRefusedError(111, "refused"),
        TimeoutError("timed out"),
        smtplib.SMTPServerDisconnected("gone"),
        smtplib.SMTPRecipientsRefused({"a@b.invalid": (450, b"later")}),
        smtplib.SMTPDataError(554, b"no"),
    ],
)
def test_mail_waits_a_day_for_its_server_while_states_move(server, problem):
    server(problem)
    with transaction.atomic():
        row = queue()  # whatever state moved, moved in this transaction
    waiting = OutboxRow.objects.get()
    tries = 0
    for _ in range(24 * 4):
        tries += outbox.run(waiting.pk) == "retry"
        OutboxRow.objects.filter(pk=waiting.pk).update(due_at=timezone.now())
    assert tries == 24 * 4
    waiting.refresh_from_db()
    assert (waiting.done_at, waiting.failed_at) == (None, None)
    server(None)
    assert outbox.run(waiting.pk) == "done"
    assert len(django_mail.outbox) == 1
    row.refresh_from_db()
    assert row.sent_at
    # Never once was a transaction, and so a lock, held while the server was asked.
    assert Down.in_transaction == [False] * (24 * 4 + 1)
    assert not selectors.open_alerts()


def test_a_mailbox_that_does_not_exist_is_given_up_with_an_alert(server):
    server(smtplib.SMTPRecipientsRefused({"a@b.invalid": (550, b"no such user a@b.invalid")}))
    queue()
    row = OutboxRow.objects.get()
    assert outbox.run(row.pk) == "failed"
    row.refresh_from_db()
    assert row.last_error == "the mail server refuses the recipient: 550"
    assert [alert.kind for alert in selectors.open_alerts()] == ["failed"]


def test_every_attempt_carries_the_same_message_id(server):
    """A worker may die between sending and marking it sent: the receiver can tell."""
    row = queue()
    server(None)
    for _ in range(2):
        OutboxRow.objects.update(done_at=None)
        Mail.objects.update(sent_at=None)
        outbox.drain()
    first, second = (sent.message()["Message-ID"] for sent in django_mail.outbox)
    assert first == second == mail.message_id(row.key)


def test_a_mail_that_was_erased_meanwhile_is_not_sent():
    queue().delete()
    assert outbox.drain() == 1
    assert django_mail.outbox == []


def test_old_mail_is_not_sent_twice_by_a_reopened_row():
    queue()
    outbox.drain()
    OutboxRow.objects.update(done_at=None)
    assert outbox.drain() == 1
    assert len(django_mail.outbox) == 1
