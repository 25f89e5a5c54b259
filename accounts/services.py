"""Writes to people's own rows."""

from django.conf import settings

from accounts.models import User


def remember_language(*, user: User, language: str) -> None:
    """Keep the language a person chose: mails come in it too. An unknown one changes nothing."""
    if language in dict(settings.LANGUAGES) and language != user.language:
        user.language = language
        user.save(update_fields=["language"])
