"""Thin: each task calls one service."""

from celery import shared_task

from files import services


@shared_task
def scan_pending() -> int:
    """Ask the scanners about files that wait; nothing to do where no scanner is configured."""
    return services.scan_pending()
