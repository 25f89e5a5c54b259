"""Reading mails and alerts."""

from typing import Any

from django.conf import settings
from django.db.models import QuerySet

from notifications import mail
from notifications.models import OPEN, Alert, Mail, OutboxRow


def mails_for(user: Any) -> QuerySet[Mail]:
    """The mails written to a user, newest first."""
    return Mail.objects.filter(user=user).order_by("-id")


def every_mail() -> QuerySet[Mail]:
    """All mails, newest first: in a demonstration only, where every reader is invented."""
    return Mail.objects.order_by("-id") if settings.DEMONSTRATION else Mail.objects.none()


def open_alerts() -> QuerySet[Alert]:
    """What needs a person, newest first."""
    return Alert.objects.filter(closed_at=None).select_related("row").order_by("-id")


def open_rows() -> QuerySet[OutboxRow]:
    """What has not happened yet, oldest first."""
    return OutboxRow.objects.filter(OPEN).order_by("id")


def all_refused(prefix: str) -> bool:
    """Whether mails were written under keys with this beginning and every one was refused for
    ever."""
    rows = OutboxRow.objects.filter(topic=mail.TOPIC, key__startswith=prefix)
    states = list(rows.values_list("failed_at", flat=True))
    return bool(states) and all(state is not None for state in states)
