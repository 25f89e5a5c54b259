"""The mails of this room: plain words, whose HTML form is made from them."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.template.loader import render_to_string
from django.utils import translation

from accounts.models import Company, Office, User
from notifications import mail


def write(
    *,
    to: str,
    language: str,
    template: str,
    context: Mapping[str, Any],
    key: str,
    user: User | None = None,
    about: UUID | None = None,
) -> None:
    """Queue `templates/accounts/mail/<template>.txt` in the reader's language, in the caller's
    transaction. An address on a line of its own becomes the button."""
    with translation.override(language):
        subject = render_to_string(f"accounts/mail/{template}.subject.txt", dict(context))
        text = render_to_string(f"accounts/mail/{template}.txt", dict(context))
    mail.queue_written(
        to=to, language=language, subject=subject, text=text, key=key, user=user, about=about
    )


def name_for(where: Company | Office, language: str) -> str:
    """The name in the reader's language; Korean, which every one has, where there is no other."""
    return where.name_en if language == "en" and where.name_en else where.name_ko
