"""Thin: each task calls one service."""

from typing import Any

from celery import current_app, shared_task
from celery.signals import worker_process_init

from letters import bundles, signed_list, warming
from letters.freezing import QUEUE


@worker_process_init.connect
def warm_up(**_said: Any) -> None:
    """In each process of a worker of the letters' queue, before it takes its first task."""
    if QUEUE in current_app.amqp.queues.consume_from:
        warming.warm_up()


@shared_task
def purge_bundles() -> int:
    """Destroy merged files and archives that have been kept long enough (every hour)."""
    return bundles.purge()


@shared_task
def keep_list_fresh() -> bool:
    """Have the revocation list signed anew before its next update is due (every hour)."""
    return signed_list.keep_fresh()
