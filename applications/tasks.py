"""Thin: each task calls one service."""

from celery import shared_task

from applications.services import aftermath, delivery, extension, recalculation, reminders


@shared_task
def remind_supplements() -> int:
    """Remind companies of open supplement requests, and note those that were refused by every mail
    server (every hour; config.celery)."""
    delivery.note_refused_mails()
    return reminders.remind_supplements()


@shared_task
def tell_progress() -> int:
    """Tell applicants how far their case is after 30 days (every hour; config.celery)."""
    return reminders.tell_progress()


@shared_task
def lapse_extensions() -> int:
    """End requests for consent that were not answered in time (every hour; config.celery)."""
    return extension.lapse()


@shared_task
def follow_holidays() -> bool:
    """Leave word again for cases whose dates rest on an older holiday table (every hour)."""
    return recalculation.catch_up()


@shared_task
def remind_after_issue() -> int:
    """Say what is due after a letter: its end, the visa's result, dated tasks (every hour)."""
    return aftermath.remind()
