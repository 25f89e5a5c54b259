"""Thin: each task calls one service."""

from celery import shared_task

from reviews.services import deputies, due_warnings, inquiries, leases, offers, panel


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


@shared_task
def expire_leases() -> int:
    """Put back cases that were taken and not worked on in time (every minute; config.celery)."""
    return leases.expire()


@shared_task
def follow_absences() -> int:
    """Hand over when an absence begins, give back when it is over (every five minutes)."""
    return deputies.run()


@shared_task
def pass_on_late_offers() -> int:
    """Offer units that nobody accepted in time to the next who waits (every hour)."""
    return offers.pass_on_late()
