"""Writes to people's own rows."""

from django.conf import settings
from django.db import transaction

from accounts.models import User
from audit.services import record

CHANGEABLE = ("name", "phone", "language")


def remember_language(*, user: User, language: str) -> None:
    """Keep the language a person chose: mails come in it too. An unknown one changes nothing."""
    if language in dict(settings.LANGUAGES) and language != user.language:
        user.language = language
        user.save(update_fields=["language"])


@transaction.atomic
def change_profile(*, user: User, name: str, phone: str, language: str) -> list[str]:
    """Store what a person says about themselves; the names of the fields that changed."""
    given = {"name": name, "phone": phone, "language": language}
    changed = [field for field in CHANGEABLE if getattr(user, field) != given[field]]
    if changed:
        for field in changed:
            setattr(user, field, given[field])
        user.save(update_fields=changed)
        record(
            name="person.profile_changed",
            subject_type="person",
            subject_id=user.public_id,
            actor=user,
            data={"fields": changed},
        )
    return changed
