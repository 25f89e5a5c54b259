"""Hints to the workers. A hint may be lost, doubled or late; only the outbox row counts.

Publishing is bounded: a request that just committed waits at most about two seconds for a dead
broker, and for the next seconds this process does not try at all. The sweeper makes up for it.
"""

import logging
import os
import threading
import time
from functools import cache

from celery import current_app
from kombu.pools import ProducerPool

log = logging.getLogger(__name__)

TASK = "notifications.tasks.run_row"
CONNECT_SECONDS = 1
SILENCE_SECONDS = 5
POOL_SIZE = 4
# A hint nobody took in an hour is worth nothing: the sweeper has sent others since.
EXPIRES_SECONDS = 3600

_lock = threading.Lock()
_silent_until = 0.0


def hint(row_id: int, queue: str) -> bool:
    """Tell a worker that a row is due. Never raises; False when the broker did not take it."""
    global _silent_until  # noqa: PLW0603 - one breaker per process is the point
    if time.monotonic() < _silent_until:
        return False
    start = time.monotonic()
    # Twice: a pooled connection may have died since it was last used. Never after a timeout.
    for attempt in (1, 2):
        try:
            with _producers(os.getpid()).acquire(block=True, timeout=CONNECT_SECONDS) as producer:
                current_app.send_task(
                    TASK,
                    args=[row_id],
                    queue=queue,
                    producer=producer,
                    retry=False,
                    ignore_result=True,
                    expires=EXPIRES_SECONDS,
                )
        except Exception as problem:  # noqa: BLE001 - whatever a broker can throw
            _producers.cache_clear()
            if attempt == 2 or time.monotonic() - start > CONNECT_SECONDS / 2:
                with _lock:
                    _silent_until = time.monotonic() + SILENCE_SECONDS
                log.warning(
                    "Outbox: no hint for row %s, the sweeper will: %s",
                    row_id,
                    type(problem).__name__,
                )
                return False
        else:
            return True
    return False


@cache
def _producers(pid: int) -> ProducerPool:
    """One small pool per process: a connection must not be shared across a fork."""
    connection = current_app.connection_for_write()
    connection.connect_timeout = CONNECT_SECONDS
    connection.transport_options = {
        **(connection.transport_options or {}),
        "socket_connect_timeout": CONNECT_SECONDS,
        "socket_timeout": CONNECT_SECONDS,
        "retry_on_timeout": False,
        "max_retries": 1,
        "interval_start": 0,
        "interval_step": 0,
        "interval_max": 0,
        "connect_retries_timeout": CONNECT_SECONDS,
    }
    return ProducerPool(connection.Pool(limit=POOL_SIZE), limit=POOL_SIZE)
