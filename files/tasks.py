"""Thin: each task calls one service."""

from celery import shared_task

from files import rendering, services


@shared_task
def scan_pending() -> int:
    """Ask the scanners about files that wait; nothing to do where no scanner is configured."""
    return services.scan_pending()


@shared_task
def render_missing() -> int:
    """Begin drawing the pages of uploads that nobody has begun with."""
    return rendering.begin_missing()
