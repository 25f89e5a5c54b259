"""Who must have nothing to do with a case, whatever their role: asked from below, said above.

A higher room registers what bars a person (a conflict of interest); nothing here knows why.
"""

from collections.abc import Callable

from django.db.models import Q

from accounts.models import User

# Given a person, the rows of Application they are barred from.
Bar = Callable[[User], Q]
_bars: list[Bar] = []


def register(bar: Bar) -> None:
    if bar not in _bars:
        _bars.append(bar)


def barred(person: User) -> Q:
    """The cases this person is barred from, as a condition on Application."""
    found = Q(pk__in=[])
    for bar in _bars:
        found |= bar(person)
    return found
