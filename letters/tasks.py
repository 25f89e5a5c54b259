"""Thin: each task calls one service."""

from celery import shared_task

from letters import bundles, signed_list


@shared_task
def purge_bundles() -> int:
    """Destroy merged files and archives that have been kept long enough (every hour)."""
    return bundles.purge()


@shared_task
def keep_list_fresh() -> bool:
    """Have the revocation list signed anew before its next update is due (every hour)."""
    return signed_list.keep_fresh()
