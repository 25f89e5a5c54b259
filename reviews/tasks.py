"""Thin: each task calls one service."""

from celery import shared_task

from reviews.services import due_warnings, inquiries, panel


@shared_task
def remind_evaluations() -> int:
    """Remind evaluators, and the office of late evaluations (every hour; config.celery)."""
    return panel.remind_evaluations()


@shared_task
def remind_inquiries() -> int:
    """Remind institutions whose replies are awaited (every hour; config.celery)."""
    return inquiries.remind_inquiries()


@shared_task
def warn_of_due_dates() -> int:
    """Warn reviewers and leads of due dates that come near or are over (every hour)."""
    return due_warnings.warn()
