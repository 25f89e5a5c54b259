"""Mails: written in the transaction that caused them, in their reader's language, sent later.

    queue(to=user.email, language=user.language, template="reviews/mail/supplement",
          context={"number": case.receipt_number, "link": url}, key=f"supplement:{request_id}")

renders `templates/reviews/mail/supplement.subject.txt` and `.txt` (and `.html` where there is
one, a fragment with classes: notifications.form). `queue_written` takes words that somebody else
has put together. Mails carry links, never documents.
"""

import hashlib
import re
import smtplib
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.validators import validate_email
from django.db import transaction
from django.template import Context, Engine, TemplateDoesNotExist, engines
from django.utils import timezone, translation

from audit import guard
from notifications import form, outbox
from notifications.lease import Lease, Retry, Undeliverable
from notifications.models import Mail

TOPIC = "mail.send"
SUBJECT_LENGTH = 200


def queue(
    *,
    to: str,
    language: str,
    template: str,
    context: Mapping[str, Any],
    key: str,
    user: Any = None,
    about: UUID | None = None,
) -> None:
    """Write a mail in the caller's transaction; the same `key` again is the same mail.

    Rendered now, so that what changes later cannot change what was said. `site_url` is in every
    context. Raises ValidationError for an address that is none, TemplateDoesNotExist.
    """
    written = compose(template=template, context=context, language=language)
    _write(
        to=to,
        language=language,
        subject=written.subject,
        text=written.text,
        html=written.html,
        key=key,
        user=user,
        about=about,
    )


class Written(NamedTuple):
    """A mail's words, as its reader gets them."""

    subject: str
    text: str
    html: str


def compose(*, template: str, context: Mapping[str, Any], language: str) -> Written:
    """The words of a mail, sent or only shown. Raises TemplateDoesNotExist."""
    context = {"site_url": settings.SITE_URL, **context}
    with translation.override(_language(language)):
        subject = _render(f"{template}.subject.txt", context)
        text = _render(f"{template}.txt", context)
        try:
            html = _render(f"{template}.html", context)
        except TemplateDoesNotExist:
            html = ""
    return Written(_one_line(subject)[:SUBJECT_LENGTH], _in_paragraphs(text), html.strip())


def queue_written(
    *,
    to: str,
    language: str,
    subject: str,
    text: str,
    key: str,
    user: Any = None,
    about: UUID | None = None,
    reply_to: str = "",
) -> None:
    """As `queue`, for a mail whose words are there already: its HTML form is made from the text,
    the first address on a line of its own becoming the button. Raises ValidationError."""
    if reply_to:
        validate_email(reply_to)
    paragraphs = form.paragraphs(text.replace("\r\n", "\n"))
    address = next((one["words"] for one in paragraphs if one["kind"] == "address"), "")
    with translation.override(_language(language)):
        html = _render(
            "mail/written.html",
            {"subject": _one_line(subject), "paragraphs": paragraphs, "address": address},
        )
    _write(
        to=to,
        language=language,
        subject=subject,
        text=text,
        html=html,
        key=key,
        user=user,
        about=about,
        reply_to=reply_to,
    )


def _write(
    *,
    to: str,
    language: str,
    key: str,
    user: Any,
    about: UUID | None,
    reply_to: str = "",
    **words: str,
) -> None:
    validate_email(to)
    words = {name: said.replace("\x00", "") for name, said in words.items()}
    mail = Mail(
        key=guard.check_code(key, "The mail's key"),
        to=to,
        reply_to=reply_to,
        user=user,
        language=_language(language),
        about=about,
        subject=_one_line(words["subject"])[:SUBJECT_LENGTH],
        text=_in_paragraphs(words["text"]),
        html=words["html"].strip(),
    )
    with transaction.atomic(savepoint=False):
        Mail.objects.bulk_create([mail], ignore_conflicts=True)
        stored = Mail.objects.only("public_id").get(key=key)
        outbox.enqueue(topic=TOPIC, key=key, payload={"mail": stored.public_id})


def send(lease: Lease) -> None:
    """Outbox handler: hand the mail to the mail server, with no transaction open.

    A refusal for ever (every recipient 5xx) is given up with an alert; anything else waits and is
    tried again, for days if it must be.
    """
    mail = Mail.objects.filter(public_id=lease.payload["mail"]).first()
    if mail is None:  # erased since, with the person it was for
        return
    if mail.sent_at is None:
        try:
            _message(mail).send()
        except smtplib.SMTPRecipientsRefused as refused:
            codes = [answer[0] for answer in refused.recipients.values()]
            if codes and all(code >= 500 for code in codes):
                raise Undeliverable(f"the mail server refuses the recipient: {codes[0]}") from None
            raise Retry(why=f"the mail server defers the recipient: {codes}") from None
        except (OSError, smtplib.SMTPException) as problem:
            raise Retry(why=f"{type(problem).__name__}: {problem}") from None
    with transaction.atomic():
        Mail.objects.filter(pk=mail.pk, sent_at=None).update(sent_at=timezone.now())
        lease.complete()


def message_id(key: str) -> str:
    """The same for every attempt to send this mail."""
    digest = hashlib.sha256(f"{TOPIC}\n{key}".encode()).hexdigest()[:40]
    return f"<{digest}@{urlsplit(settings.SITE_URL).hostname or 'localhost'}>"


def _message(mail: Mail) -> EmailMultiAlternatives:
    message = EmailMultiAlternatives(
        subject=mail.subject,
        body=mail.text,
        to=[mail.to],
        reply_to=[mail.reply_to] if mail.reply_to else None,
        headers={"Message-ID": message_id(mail.key), "Auto-Submitted": "auto-generated"},
        connection=get_connection(),
    )
    if mail.html:
        whole = form.document(mail.html, language=mail.language, subject=mail.subject)
        message.attach_alternative(whole, "text/html")
    return message


def _in_paragraphs(text: str) -> str:
    return re.sub(r"\s*\n(?:\s*\n)+", "\n\n", text).strip() + "\n"


def _one_line(words: str) -> str:
    return " ".join(words.split())


def _language(language: str) -> str:
    return language if language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE


def _render(name: str, context: Mapping[str, Any]) -> str:
    engine: Engine = engines["django"].engine  # type: ignore[attr-defined]
    # Only a page needs escaping: in plain text it would turn `&` into `&amp;`.
    return engine.get_template(name).render(
        Context(dict(context), autoescape=name.endswith(".html"))
    )
