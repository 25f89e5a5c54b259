"""Thin: each task calls one service."""

from celery import shared_task

from letters import bundles


@shared_task
def purge_bundles() -> int:
    """Destroy merged files and archives that have been kept long enough (every hour)."""
    return bundles.purge()
