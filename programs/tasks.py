"""Thin: each task calls one service. Named in config.celery's schedule."""

from celery import shared_task

from programs import sharing
from programs.quota import nightly


@shared_task
def purge_shared_answers() -> int:
    """Forget the shared answers of the pre-check whose time has passed."""
    return sharing.purge()


@shared_task
def check_quota() -> bool | None:
    """At night: do the quota's books agree? Administrators are told when they do not."""
    return nightly.check_tonight()
