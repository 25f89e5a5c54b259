"""The pools that are sought, read and not locked."""

from programs.models import Pool
from programs.quota.movements import Sought


def read_sought(sought: Sought) -> list[Pool]:
    """The pools by id, root first; none where they were never opened."""
    pools = list(
        Pool.objects.filter(programme_id=sought.programme, path__in=sought.paths).order_by("pk")
    )
    running = {
        pool.period_code for pool in pools if pool.period_from <= sought.day <= pool.period_to
    }
    period = sought.period
    if running and period not in running:
        period = min(running)
    return [pool for pool in pools if pool.period_code == period and pool.closed_at is None]
