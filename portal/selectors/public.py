"""What everybody may see of a programme's figures: what is left of its quota, how long it takes.

Numbers only, kept for some minutes, so that the page costs the same however many look at it. What
is shown is the programme's to say (`published` in its file); nothing here is about a person.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.core.cache import cache
from django.utils.translation import get_language

from applications.models import ClockSegment, FigureRow
from portal.selectors.business_days import Counted
from portal.selectors.cases import DECIDED
from portal.selectors.programmes import history, leading, parts_are_public
from portal.selectors.results import Durations, Middle
from programs import calendar
from programs.manifest import Manifest, Published
from programs.models import Pool, Programme, ProgrammeVersion

# Seconds for which the same numbers are shown.
KEPT = 600


@dataclass(frozen=True)
class Left:
    """What is left of a part of the quota: no more than what is left of every part around it."""

    names: dict[str, str]
    depth: int
    size: int
    free: int

    @property
    def name(self) -> str:
        return self.names.get((get_language() or "ko")[:2]) or self.names["ko"]


@dataclass(frozen=True)
class Usual:
    """How long the last decided cases took, in business days: from receipt to decision, and without
    the days that do not count against the processing period. `first` and `last` are the days of
    the first and the last of these decisions."""

    whole: Middle
    net: Middle
    first: date
    last: date


@dataclass(frozen=True)
class PublicFigures:
    """`usual` is None where fewer than `published.fewest` cases were decided."""

    at: datetime
    left: list[Left]
    period: tuple[date, date] | None
    usual: Usual | None
    published: Published | None


def key_of(slug: str) -> str:
    return f"figures:public:{slug}"


def figures_of(slug: str) -> tuple[Programme, PublicFigures] | None:
    """A programme that takes applications, and its figures; None when there is none."""
    programme = Programme.objects.select_related("office").filter(slug=slug).first()
    if programme is None or not programme.takes_cases:
        return None
    kept: PublicFigures | None = cache.get(key_of(slug))
    if kept is None:
        kept = _counted(programme)
        if kept is None:
            return None
        cache.set(key_of(slug), kept, KEPT)
    return programme, kept


def _counted(programme: Programme) -> PublicFigures | None:
    versions = list(ProgrammeVersion.objects.filter(programme=programme))
    if not versions:
        return None
    manifest = leading(history(versions, calendar.today())).version.manifest()
    pools = _shown(programme, manifest)
    return PublicFigures(
        at=calendar.now(),
        left=[
            Left(
                {"ko": pool.name_ko, "en": pool.name_en},
                pool.path.count("/"),
                pool.size,
                max(min(one.free for one in pools if one.holds(pool.path)), 0),
            )
            for pool in pools
        ],
        period=(pools[0].period_from, pools[0].period_to) if pools else None,
        usual=_usual(programme, manifest.published),
        published=manifest.published,
    )


def _shown(programme: Programme, manifest: Manifest) -> list[Pool]:
    pools = Pool.objects.filter(
        programme=programme, period_code=manifest.period.code, closed_at=None
    ).order_by("path")
    return list(pools if parts_are_public(manifest) else pools.filter(parent=None))


def _usual(programme: Programme, published: Published | None) -> Usual | None:
    """Two reads of narrow rows, however many cases there are."""
    if published is None:
        return None
    rows: list[tuple[Any, ...]] = list(
        FigureRow.objects.filter(programme=programme, settled_on__isnull=False, outcome__in=DECIDED)
        .order_by("-settled_on", "-application_id")
        .values_list("application_id", "received_on", "settled_on")[: published.last_decided]
    )
    days = Counted(calendar.current())
    known = {case: (begun, ended) for case, begun, ended in rows if days.knows(begun, ended)}
    if len(known) < published.fewest:
        return None
    pauses: dict[int, list[Any]] = {}
    for case, first, last in ClockSegment.objects.filter(application__in=known).values_list(
        "application_id", "from_on", "until_on"
    ):
        pauses.setdefault(case, []).append((first, last))
    took = Durations()
    for case, (begun, ended) in known.items():
        took.add(days.between(begun, ended), days.outside(begun, ended, pauses.get(case, ())), 1)
    return Usual(
        whole=Middle.of(took.whole),
        net=Middle.of(took.net),
        first=min(ended for _begun, ended in known.values()),
        last=max(ended for _begun, ended in known.values()),
    )
