"""Whether a case brings its related rows with it.

A page reads a case once with all it shows (`prefetch_related`); a service reads it bare. What
both ask, asks here first.
"""

from applications.models import Application


def brings(case: Application, name: str) -> bool:
    """Whether `case.<name>.all()` is at hand without a query."""
    return name in getattr(case, "_prefetched_objects_cache", ())
