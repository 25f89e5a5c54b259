"""Charts drawn by the server: plain numbers for an SVG template.

Only presentation attributes and classes, so a strict CSP has nothing to block. Coordinates are
strings with a decimal point, so that no locale can put a comma into them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import accumulate

from portal.forecast import Range, Weeks, chance_of, runs_out, taken_by

WIDTH, HEIGHT = 860, 340
LEFT, RIGHT, TOP, BOTTOM = 56, 24, 32, 44
STEPS = (1, 2, 5, 10, 20, 25, 50, 100, 200, 250, 500, 1000, 2000, 5000, 10000)
BAR_WIDTH = 600
# How far below the last point its figure is written.
LABEL = 24
# What is to come is drawn from week to week, every second week where that would be too many.
EVERY_WEEK, MOST_BY_WEEK = 7, 98
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
class Ahead:
    """Units left on a day to come: by the even plan, and eight times out of ten between `low` and
    `high`."""

    day: date
    plan: int
    low: int
    middle: int
    high: int


@dataclass(frozen=True)
class Foretold:
    """What is expected of the days until the period's end. `fan` is drawn from `low` to `high`,
    `line` through `middle`; `percent` is the chance that nothing is left by then."""

    ends: Range
    ahead: list[Ahead]
    fan: str
    line: str
    percent: int

    @property
    def at_end(self) -> Ahead:
        return self.ahead[-1]


@dataclass(frozen=True)
class Burndown:
    """Units left over time, in SVG units of a WIDTH × HEIGHT view box. `plans` are what the even
    plan leaves on the points' days; `foretold` is None where too little is known (`behind`)."""

    size: int
    end: date
    points: list[Point]
    plans: list[int]
    line: str
    area: str
    plan: Line
    months: list[Tick]
    values: list[Tick]
    behind: Weeks
    foretold: Foretold | None
    today_x: str
    width: str = str(WIDTH)
    height: str = str(HEIGHT)
    left: str = str(LEFT)
    right: str = str(WIDTH - RIGHT)
    top: str = str(TOP)
    bottom: str = str(HEIGHT - BOTTOM)

    @property
    def rows(self) -> list[tuple[Point, int]]:
        """Each point with what the even plan leaves on its day."""
        return list(zip(self.points, self.plans, strict=True))

    @property
    def early_end(self) -> date | None:
        """The first day on which all may be taken, when that lies in the period."""
        low = self.foretold.ends.low if self.foretold else None
        return low if low is not None and low <= self.end else None

    @property
    def late_end(self) -> date | None:
        """The last such day, when that lies in the period too."""
        high = self.foretold.ends.high if self.foretold else None
        return high if high is not None and high <= self.end else None

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
    *,
    size: int,
    start: date,
    end: date,
    left: Sequence[tuple[date, int]],
    today: date,
    behind: Weeks | None = None,
) -> Burndown:
    """Draw what was left on which day, the even plan, and what the weeks behind let expect.

    `left` is ordered by day and starts with the period. Raises ValueError for an empty period or no
    figures.
    """
    days = (end - start).days
    if days <= 0 or not left:
        raise ValueError("A burn-down needs a period and at least one figure.")
    values = ticks(max(size, *(value for _, value in left)))
    behind = behind or Weeks((), today)

    def x(day: date) -> float:
        inside = min(max((day - start).days, 0), days)
        return LEFT + (WIDTH - LEFT - RIGHT) * inside / days

    def y(value: float) -> float:
        return TOP + (HEIGHT - TOP - BOTTOM) * (1 - value / values[-1])

    def at(day: date, value: float) -> str:
        return f"{_n(x(day))},{_n(y(value))}"

    def plan(day: date) -> int:
        return round(size * (end - day).days / days)

    points = [Point(_n(x(day)), _n(y(value)), day, value) for day, value in left]
    # Steps: between two days of the ledger nothing happened, so nothing may seem to.
    line = f"M{points[0].x},{points[0].y}" + "".join(f" H{p.x} V{p.y}" for p in points[1:])
    return Burndown(
        size=size,
        end=end,
        points=points,
        plans=[plan(day) for day, _ in left],
        line=line,
        area=f"{line} V{_n(y(0))} H{points[0].x} Z",
        plan=Line(_n(x(start)), _n(y(size)), _n(x(end)), _n(y(0))),
        months=[Tick(_n(x(day)), day) for day in _months(start, end)],
        values=[Tick(_n(y(value)), value) for value in values],
        behind=behind,
        foretold=_foretold(left[-1], end, behind, plan, at),
        today_x=_n(x(today)),
    )


def _foretold(
    last: tuple[date, int],
    end: date,
    behind: Weeks,
    plan: Callable[[date], int],
    at: Callable[[date, float], str],
) -> Foretold | None:
    today, rest = last
    days = (end - today).days
    if rest <= 0 or days <= 0 or not behind.says_something:
        return None
    step = EVERY_WEEK if days <= MOST_BY_WEEK else EVERY_WEEK * 2
    ahead = []
    for number in [*range(step, days, step), days]:
        day = date.fromordinal(today.toordinal() + number)
        taken = taken_by(day, behind, most=rest)
        ahead.append(
            Ahead(day, plan(day), rest - taken.high, rest - taken.middle, rest - taken.low)
        )
    start = at(today, rest)
    upper = " ".join(f"L{at(one.day, one.high)}" for one in ahead)
    lower = " ".join(f"L{at(one.day, one.low)}" for one in reversed(ahead))
    return Foretold(
        ends=runs_out(rest, behind),
        ahead=ahead,
        fan=f"M{start} {upper} {lower} Z",
        line=f"M{start} " + " ".join(f"L{at(one.day, one.middle)}" for one in ahead),
        percent=round(chance_of(rest, days, behind) * 100),
    )


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
