"""Thin: each task calls one service."""

from celery import shared_task

from applications.services import reminders


@shared_task
def remind_supplements() -> int:
    """Remind companies of open supplement requests (every hour; config.celery)."""
    return reminders.remind_supplements()
