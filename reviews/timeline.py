"""A person's career as a line of time: what overlaps, what lies between, what counts. Pure.

Both days of a period count. An overlap is told once for each pair of jobs; a gap is a stretch
between the first and the last job in which there was none. Days count as the rules count them:
at most one a day, only related work (`programs.rules.experience`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from programs.rules.experience import Stretch, hundredths_of_days

WIDTH, LEFT, RIGHT, ROW, TOP = 960, 12, 948, 44, 28
DAY = timedelta(days=1)
HUNDRED = 100


@dataclass(frozen=True)
class Job:
    """One career period; `open` when it lasts, until the day it is looked at."""

    name: str
    first: date
    last: date
    share: int
    related: bool
    open: bool = False

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1


@dataclass(frozen=True)
class Stage:
    """A stretch of days with a name or two: an overlap, or a gap."""

    first: date
    last: date
    names: tuple[str, ...] = ()

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1


@dataclass(frozen=True)
class Award:
    """A degree's day, with the related days worked after it."""

    name: str
    day: date
    days_after: int


def overlaps(jobs: Sequence[Job]) -> list[Stage]:
    found = []
    ordered = sorted(jobs, key=lambda job: (job.first, job.last, job.name))
    for place, one in enumerate(ordered):
        for other in ordered[place + 1 :]:
            first, last = max(one.first, other.first), min(one.last, other.last)
            if first <= last:
                found.append(Stage(first, last, (one.name, other.name)))
    return found


def gaps(jobs: Sequence[Job]) -> list[Stage]:
    found: list[Stage] = []
    until: date | None = None
    for job in sorted(jobs, key=lambda job: job.first):
        if until is not None and job.first > until + DAY:
            found.append(Stage(until + DAY, job.first - DAY))
        until = job.last if until is None else max(until, job.last)
    return found


def counted(jobs: Sequence[Job], *, since: date, until: date) -> int:
    """Whole days of related work between two days, both included."""
    stretches = [Stretch(job.first, job.last, job.share) for job in jobs if job.related]
    return hundredths_of_days(stretches, since=since, until=until) // HUNDRED


# --- the drawing ------------------------------------------------------------------------------
@dataclass(frozen=True)
class Bar:
    job: Job
    x: float
    y: int
    width: float
    text_x: float
    anchor: str


@dataclass(frozen=True)
class Tick:
    x: float
    label: str


@dataclass(frozen=True)
class Drawing:
    """Places in units of the SVG's own frame."""

    width: int
    height: int
    left: int
    right: int
    top: int
    bottom: int
    bars: tuple[Bar, ...]
    ticks: tuple[Tick, ...]
    awards: tuple[tuple[float, Award], ...]
    breaks: tuple[tuple[float, float], ...]

    @property
    def deep(self) -> int:
        return self.bottom - self.top


def draw(jobs: Sequence[Job], awards: Sequence[Award]) -> Drawing | None:
    """None when there is nothing to draw."""
    days = [day for job in jobs for day in (job.first, job.last)] + [one.day for one in awards]
    if not jobs:
        return None
    first = date(min(days).year, 1, 1)
    last = date(max(days).year, 12, 31)
    span = (last - first).days + 1

    def at(day: date) -> float:
        return round(LEFT + (RIGHT - LEFT) * (day - first).days / span, 1)

    bars = []
    for place, job in enumerate(sorted(jobs, key=lambda job: (job.first, job.last, job.name))):
        x, end = at(job.first), at(job.last + DAY) if job.last < last else RIGHT
        late = x > (LEFT + RIGHT) / 2
        bars.append(
            Bar(
                job,
                x,
                TOP + place * ROW,
                max(2.0, round(end - x, 1)),
                end if late else x,
                "end" if late else "start",
            )
        )
    bottom = TOP + len(bars) * ROW
    years = last.year - first.year + 1
    step = max(1, -(-years // 12))
    return Drawing(
        width=WIDTH,
        height=bottom + 32,
        left=LEFT,
        right=RIGHT,
        top=TOP,
        bottom=bottom,
        bars=tuple(bars),
        ticks=tuple(
            Tick(at(date(year, 1, 1)), str(year)) for year in range(first.year, last.year + 1, step)
        ),
        awards=tuple((at(one.day), one) for one in awards),
        breaks=tuple(
            (at(gap.first), round(max(1.0, at(gap.last + DAY) - at(gap.first)), 1))
            for gap in gaps(jobs)
        ),
    )
