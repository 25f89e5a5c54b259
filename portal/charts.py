"""Charts drawn by the server: plain numbers for an SVG template.

Only presentation attributes and classes, so a strict CSP has nothing to block. Coordinates are
strings with a decimal point, so that no locale can put a comma into them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import accumulate

WIDTH, HEIGHT = 860, 340
LEFT, RIGHT, TOP, BOTTOM = 56, 24, 32, 44
STEPS = (1, 2, 5, 10, 20, 25, 50, 100, 200, 250, 500, 1000, 2000, 5000, 10000)
BAR_WIDTH = 600
# How far below the last point its figure is written.
LABEL = 24
# A pace of fewer days than this says nothing about the months to come.
FEWEST_DAYS = 14
# With more points than this only the line is drawn, not each point.
MOST_MARKS = 40


@dataclass(frozen=True)
class Point:
    x: str
    y: str
    day: date
    value: int


@dataclass(frozen=True)
class Tick:
    at: str
    label: object


@dataclass(frozen=True)
class Line:
    x1: str
    y1: str
    x2: str
    y2: str


@dataclass(frozen=True)
class Burndown:
    """Units left over time, in SVG units of a WIDTH × HEIGHT view box."""

    size: int
    points: list[Point]
    line: str
    area: str
    plan: Line
    months: list[Tick]
    values: list[Tick]
    projection: Line | None
    projected_end: date | None
    end_label: Point | None
    today_x: str
    # What the projection goes on: so many units in so many days.
    used: int
    days: int
    width: str = str(WIDTH)
    height: str = str(HEIGHT)
    left: str = str(LEFT)
    right: str = str(WIDTH - RIGHT)
    top: str = str(TOP)
    bottom: str = str(HEIGHT - BOTTOM)

    @property
    def last(self) -> Point:
        return self.points[-1]

    @property
    def marks(self) -> list[Point]:
        """The points worth a mark of their own: all, or the last when there are many."""
        return self.points if len(self.points) <= MOST_MARKS else self.points[-1:]

    @property
    def last_dy(self) -> str:
        """Where its figure stands: below the line, or above it when the months' names are near."""
        near = HEIGHT - BOTTOM - float(self.last.y) < LABEL
        return str(-LABEL * 2 // 3) if near else str(LABEL)


def ticks(top: int, most: int = 5) -> list[int]:
    """Round values from 0 up to at least `top`, about `most` steps."""
    step = next((s for s in STEPS if top <= s * most), STEPS[-1])
    return list(range(0, -(-max(top, 1) // step) * step + 1, step))


def burndown(
    *, size: int, start: date, end: date, left: Sequence[tuple[date, int]], today: date
) -> Burndown:
    """Draw what was left on which day, the even plan, and where the present pace leads.

    `left` is ordered by day and starts with the period; the pace is that of all its days, and no
    pace at all before FEWEST_DAYS of them. Raises ValueError for an empty period or no figures.
    """
    days = (end - start).days
    if days <= 0 or not left:
        raise ValueError("A burn-down needs a period and at least one figure.")
    values = ticks(max(size, *(value for _, value in left)))

    def x(day: date) -> float:
        inside = min(max((day - start).days, 0), days)
        return LEFT + (WIDTH - LEFT - RIGHT) * inside / days

    def y(value: float) -> float:
        return TOP + (HEIGHT - TOP - BOTTOM) * (1 - value / values[-1])

    points = [Point(_n(x(day)), _n(y(value)), day, value) for day, value in left]
    # Steps: between two days of the ledger nothing happened, so nothing may seem to.
    line = f"M{points[0].x},{points[0].y}" + "".join(f" H{p.x} V{p.y}" for p in points[1:])
    projection, ends, label = _projection(left, end, x, y)
    return Burndown(
        size=size,
        points=points,
        line=line,
        area=f"{line} V{_n(y(0))} H{points[0].x} Z",
        plan=Line(_n(x(start)), _n(y(size)), _n(x(end)), _n(y(0))),
        months=[Tick(_n(x(day)), day) for day in _months(start, end)],
        values=[Tick(_n(y(value)), value) for value in values],
        projection=projection,
        projected_end=ends,
        end_label=label,
        today_x=_n(x(today)),
        used=left[0][1] - left[-1][1],
        days=(left[-1][0] - left[0][0]).days,
    )


def _projection(
    left: Sequence[tuple[date, int]],
    end: date,
    x: Callable[[date], float],
    y: Callable[[float], float],
) -> tuple[Line | None, date | None, Point | None]:
    (first_day, first), (last_day, last) = left[0], left[-1]
    passed, used = (last_day - first_day).days, first - last
    if used <= 0 or passed < FEWEST_DAYS or last <= 0:
        return None, None, None
    ends = date.fromordinal(last_day.toordinal() + -(-last * passed // used))
    if ends <= end:
        shown, rest = ends, 0.0
    else:
        shown = end
        rest = last - used * (end - last_day).days / passed
    line = Line(_n(x(last_day)), _n(y(last)), _n(x(shown)), _n(y(rest)))
    return line, (ends if ends <= end else None), Point(line.x2, line.y2, shown, round(rest))


def _months(start: date, end: date) -> list[date]:
    months, day = [], start.replace(day=1)
    while day < end:
        if day >= start:
            months.append(day)
        day = date(day.year + day.month // 12, day.month % 12 + 1, 1)
    return months


@dataclass(frozen=True)
class Segment:
    kind: str
    value: int
    x: str
    width: str


@dataclass(frozen=True)
class QuotaBar:
    """A pool's units as one bar: issued, then held, then free."""

    size: int
    issued: int
    held: int
    waiting: int
    segments: list[Segment]
    width: str = str(BAR_WIDTH)

    @property
    def free(self) -> int:
        return max(self.size - self.issued - self.held, 0)

    @property
    def used_percent(self) -> int:
        """Whole percent of the pool that is issued or held, rounded down: 99.9 is not full."""
        return (self.issued + self.held) * 100 // self.size if self.size else 0

    @property
    def tone(self) -> str:
        return "bad" if not self.free else "warn" if self.free * 10 <= self.size else ""


def quota_bar(*, size: int, issued: int, held: int, waiting: int = 0) -> QuotaBar:
    """Return the segments of a pool's bar; widths add up to BAR_WIDTH unless the pool is empty."""
    whole = max(size, issued + held, 1)
    widths = [issued * BAR_WIDTH / whole, held * BAR_WIDTH / whole]
    starts = list(accumulate([0.0, *widths]))
    return QuotaBar(
        size=size,
        issued=issued,
        held=held,
        waiting=waiting,
        segments=[
            Segment(kind, value, _n(start), _n(width))
            for kind, value, start, width in zip(
                ("issued", "held"), (issued, held), starts, widths, strict=False
            )
            if value
        ],
    )


def _n(number: float) -> str:
    return f"{number:.1f}"
