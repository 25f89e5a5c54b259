"""Thin: each task calls one service. Named in config.celery's schedule."""

from celery import shared_task

from programs import sharing


@shared_task
def purge_shared_answers() -> int:
    """Forget the shared answers of the pre-check whose time has passed."""
    return sharing.purge()
