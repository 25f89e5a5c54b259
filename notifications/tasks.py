"""Thin: each task calls one function of the outbox."""

from celery import shared_task

from notifications import outbox


@shared_task
def run_row(row_id: int) -> str:
    """Do a row's work; a doubled or late hint finds it leased, closed or not due."""
    return outbox.run(row_id)


@shared_task
def sweep() -> int:
    """Hint again what is due and free (every second; config.celery)."""
    return outbox.sweep()
