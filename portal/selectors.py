"""Reads for the desk: quota, backlog, programmes, letters and people of one's own offices.

Everything starts from a person's posts (`reviews.permissions.Desk`): another office's figures are
in none of these.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet, Subquery, Sum
from django.db.models.functions import TruncDate
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from accounts.models import Office, StaffMembership, User
from applications.models import Application, QueueRow
from applications.stages import CLOSED, SEQUENCE, Stage
from audit.models import ChainHead, Event, EventSeal
from letters.models import Letter
from portal.charts import Burndown, QuotaBar, burndown, quota_bar
from programs import calendar
from programs.models import ClaimState, LedgerRow, Pool, PoolClaim, Programme, ProgrammeVersion
from reviews.permissions import Desk
from reviews.selectors.queue import CappedCount

MOST_COUNTED = 1000
PAGE = 30


# --- quota -----------------------------------------------------------------------------------
@dataclass(frozen=True)
class PoolView:
    """One pool: its bar, and how deep it lies in its tree."""

    pool: Pool
    name: str
    depth: int
    bar: QuotaBar


@dataclass(frozen=True)
class QuotaView:
    """The pools of one programme and period, outermost first, and the outermost one's burn-down."""

    programme: Programme
    total: PoolView
    inner: list[PoolView]
    chart: Burndown | None


def quotas(desk: Desk) -> list[QuotaView]:
    """One view for each programme and period that is running, else the latest one."""
    pools = list(
        Pool.objects.filter(desk.where(office="programme__office", programme="programme__slug"))
        .select_related("programme")
        .order_by("programme__slug", "period_from", "path")
    )
    trees: dict[int, list[Pool]] = {}
    today = calendar.today()
    for pool in pools:  # later periods come later, and replace earlier ones unless those run
        shown = trees.get(pool.programme_id)
        if shown and shown[0].period_code != pool.period_code and shown[0].period_to >= today:
            continue
        if shown and shown[0].period_code == pool.period_code:
            shown.append(pool)
        else:
            trees[pool.programme_id] = [pool]
    waiting = _waiting([pool for tree in trees.values() for pool in tree])
    days = _by_day([tree[0] for tree in trees.values()])
    return [
        QuotaView(
            programme=tree[0].programme,
            total=_pool_view(tree[0], tree, waiting),
            inner=[_pool_view(pool, tree, waiting) for pool in tree[1:]],
            chart=_chart(tree[0], days[tree[0].pk]),
        )
        for tree in trees.values()
    ]


def _pool_view(pool: Pool, tree: list[Pool], waiting: dict[int, int]) -> PoolView:
    inside = [p for p in tree if p.path == pool.path or p.path.startswith(f"{pool.path}/")]
    return PoolView(
        pool=pool,
        name=_named(pool.name_ko, pool.name_en),
        depth=pool.path.count("/"),
        bar=quota_bar(
            size=pool.size,
            issued=pool.issued,
            held=pool.held,
            waiting=sum(waiting.get(leaf.pk, 0) for leaf in inside),
        ),
    )


def _waiting(pools: list[Pool]) -> dict[int, int]:
    """How many wait at each leaf."""
    return dict(
        PoolClaim.objects.filter(leaf__in=pools, state=ClaimState.WAITING)
        .order_by()
        .values_list("leaf")
        .annotate(number=Count("pk"))
    )


def _by_day(roots: list[Pool]) -> dict[int, list[tuple[date, int, int]]]:
    """For each pool `(day, change of size, change of units taken)`, by day: one query."""
    rows = (
        LedgerRow.objects.filter(pool__in=roots)
        .order_by()
        .values("pool", day=TruncDate("at", tzinfo=calendar.SEOUL))
        .annotate(size=Sum("delta_size"), held=Sum("delta_held"), issued=Sum("delta_issued"))
        .order_by("pool", "day")
    )
    found: dict[int, list[tuple[date, int, int]]] = defaultdict(list)
    for row in rows:
        found[row["pool"]].append((row["day"], row["size"], row["held"] + row["issued"]))
    return found


def _chart(pool: Pool, days: list[tuple[date, int, int]]) -> Burndown | None:
    """Units left from the period's first day until today; None before the period begins."""
    today = min(calendar.today(), pool.period_to)
    if today < pool.period_from or pool.period_to <= pool.period_from or not days:
        return None
    left, size, taken = {pool.period_from: days[0][1]}, 0, 0
    for day, more, used in days:
        size, taken = size + more, taken + used
        if size or taken:
            left[min(max(day, pool.period_from), today)] = size - taken
    left[today] = size - taken
    return burndown(
        size=pool.size,
        start=pool.period_from,
        end=pool.period_to,
        left=sorted(left.items()),
        today=today,
    )


def _named(korean: str, english: str) -> str:
    return english if (get_language() or "ko").startswith("en") and english else korean


# --- backlog ---------------------------------------------------------------------------------
@dataclass(frozen=True)
class StageCount:
    stage: Stage
    count: int


@dataclass(frozen=True)
class Backlog:
    """Open cases of one programme by stage."""

    programme: str
    stages: list[StageCount]
    total: int


def backlogs(desk: Desk) -> list[Backlog]:
    """Open cases by programme and stage: one GROUP BY over the narrow queue rows."""
    rows = (
        QueueRow.objects.filter(desk.where())
        .order_by()
        .values_list("programme__slug", "programme__names", "stage")
        .annotate(number=Count("pk"))
        .order_by("programme__slug")
    )
    found: dict[str, tuple[dict[str, str], dict[str, int]]] = {}
    for slug, names, stage, number in rows:
        found.setdefault(slug, (names, {}))[1][stage] = number
    order = [*SEQUENCE[:1], Stage.SUPPLEMENT, *SEQUENCE[1:], Stage.WAITING_QUOTA, Stage.APPROVED]
    return [
        Backlog(
            programme=_named(names.get("ko", slug), names.get("en", "")),
            stages=[StageCount(stage, by_stage[stage]) for stage in order if stage in by_stage],
            total=sum(by_stage.values()),
        )
        for slug, (names, by_stage) in found.items()
    ]


def closed_this_year(desk: Desk, user: User) -> list[tuple[Stage, str]]:
    """How the year's cases ended, each figure up to MOST_COUNTED: one query."""
    year = calendar.today().year
    order = [stage for stage in Stage if stage in CLOSED]
    counts = [
        CappedCount(
            Application.objects.filter(desk.where(), stage=stage, closed_at__year=year)
            .exclude(received_at=None)
            .order_by()
            .values("pk")[: MOST_COUNTED + 1]
        )
        for stage in order
    ]
    found = User.objects.filter(pk=user.pk).values_list(*counts).get()
    return [
        (stage, f"{MOST_COUNTED}+" if number > MOST_COUNTED else str(number))
        for stage, number in zip(order, found, strict=True)
    ]


# --- programmes ------------------------------------------------------------------------------
def versions(desk: Desk) -> list[ProgrammeVersion]:
    """Every version of the offices' programmes, newest first within each."""
    return list(
        ProgrammeVersion.objects.filter(
            desk.where(office="programme__office", programme="programme__slug")
        )
        .select_related("programme__office")
        .order_by("programme__slug", "-effective_from", "-pk")
    )


def version_for(desk: Desk, public_id: UUID) -> ProgrammeVersion | None:
    return next((one for one in versions(desk) if one.public_id == public_id), None)


@dataclass(frozen=True)
class Assumed:
    """A value nobody has published: what it is, what was put there, and its place in the file."""

    label: str
    value: str
    path: str


PLACES = {
    "version": gettext_lazy("판과 시행일"),
    "period": gettext_lazy("쿼터 기간"),
    "channel": gettext_lazy("신청 방법"),
    "experience": gettext_lazy("경력 계산"),
    "steps": gettext_lazy("공표된 절차"),
    "stages": gettext_lazy("심사 단계"),
    "fields": gettext_lazy("기술 분야"),
    "regions": gettext_lazy("지역"),
    "occupations": gettext_lazy("직종"),
    "requirements": gettext_lazy("추천 요건"),
    "documents": gettext_lazy("제출 서류"),
    "checklist": gettext_lazy("점검표"),
    "deadlines.processing": gettext_lazy("처리기간"),
    "deadlines.supplement": gettext_lazy("보완 기간"),
    "deadlines.evaluation": gettext_lazy("평가 기간"),
    "receipt": gettext_lazy("접수번호 형식"),
    "rubric": gettext_lazy("평가표"),
    "quota": gettext_lazy("쿼터"),
    "quota.gives_back": gettext_lazy("쿼터를 돌려주는 사유"),
    "letter": gettext_lazy("추천서"),
    "letter.number": gettext_lazy("발급번호 형식"),
    "letter.validity": gettext_lazy("추천서 유효기간"),
}
# What the keys of a programme's file say to a person.
KEYS = {
    "period": gettext_lazy("기간"),
    "days": gettext_lazy("일수"),
    "months": gettext_lazy("개월 수"),
    "days_in_a_year": gettext_lazy("1년으로 세는 날"),
    "pattern": gettext_lazy("형식"),
    "series": gettext_lazy("번호 계열"),
    "events": gettext_lazy("사유"),
    "label": gettext_lazy("판"),
    "from": gettext_lazy("시작"),
    "to": gettext_lazy("끝"),
    "status": gettext_lazy("상태"),
    "quorum": gettext_lazy("정족수"),
    "pass_points": gettext_lazy("합격 점수 (100분의 1점)"),
    "criteria": gettext_lazy("평가 항목"),
}
NOT_A_VALUE = frozenset({"source", "assumed", "code"})


def assumed_values(version: ProgrammeVersion) -> list[Assumed]:
    """Every value of the version without a published source, in the file's order."""
    return [
        Assumed(
            label=str(PLACES.get(_place(path), path)),
            value=_words(_at(version.document, path)),
            path=path,
        )
        for path in version.manifest().assumed
    ]


def _place(path: str) -> str:
    """The longest beginning of a path that has a name: "deadlines.processing", "stages"."""
    parts = path.replace("[", ".[").split(".")
    for length in range(len(parts), 0, -1):
        beginning = ".".join(parts[:length])
        if beginning in PLACES:
            return beginning
    return path


def _at(document: Any, path: str) -> Any:
    """The value at "stages.items[3]"; None where the document has nothing."""
    for part in path.replace("[", ".").replace("]", "").split("."):
        try:
            document = document[int(part)] if isinstance(document, list) else document[part]
        except (KeyError, IndexError, TypeError, ValueError):
            return None
    return document


def _words(value: Any) -> str:
    """A piece of a programme's file as a person would read it."""
    if isinstance(value, dict):
        for name in ("names", "text", "title"):
            if name in value:
                return _words(value[name])
        if "ko" in value:
            return str(value.get((get_language() or "ko")[:2]) or value["ko"])
        if "items" in value:
            return _words(value["items"])
        return ", ".join(
            f"{KEYS.get(key, key)}: {_words(item)}"
            for key, item in value.items()
            if key not in NOT_A_VALUE
        )
    if isinstance(value, list):
        return ", ".join(_words(item) for item in value)
    return "" if value is None else str(value)


# --- letters ---------------------------------------------------------------------------------
@dataclass(frozen=True)
class LetterPage:
    letters: list[Letter]
    newer: str
    older: str


def letters(desk: Desk, *, after: UUID | None, before: UUID | None) -> LetterPage:
    """The offices' letters, latest number first, gaps included; page by key."""
    rows = Letter.objects.filter(desk.where(programme="programme_slug")).select_related("office")
    backwards = before is not None and after is None
    key = before if backwards else after
    if key is not None:
        rows = rows.filter(_beyond(key, backwards=backwards))
    order = ("reserved_at", "pk") if backwards else ("-reserved_at", "-pk")
    found = list(rows.order_by(*order)[: PAGE + 1])
    more, found = len(found) > PAGE, found[:PAGE]
    if backwards:
        found.reverse()
    if not found:
        return LetterPage([], "", "")
    has_newer = more if backwards else after is not None
    has_older = more or backwards
    return LetterPage(
        found,
        f"?before={found[0].public_id}" if has_newer else "",
        f"?after={found[-1].public_id}" if has_older else "",
    )


def _beyond(key: UUID, *, backwards: bool) -> Q:
    row = Letter.objects.filter(public_id=key)
    at, pk = Subquery(row.values("reserved_at")[:1]), Subquery(row.values("pk")[:1])
    if backwards:
        return Q(reserved_at__gt=at) | Q(reserved_at=at, pk__gt=pk)
    return Q(reserved_at__lt=at) | Q(reserved_at=at, pk__lt=pk)


# --- people and the record -------------------------------------------------------------------
def staff(desk: Desk) -> QuerySet[StaffMembership]:
    """Everyone who works for the person's offices."""
    return (
        StaffMembership.objects.filter(office__in=desk.offices())
        .select_related("user", "office")
        .order_by("office__name_ko", "role", "user__name", "pk")
    )


def offices(desk: Desk) -> list[Office]:
    return list(Office.objects.filter(pk__in=desk.offices()).order_by("name_ko", "pk"))


@dataclass(frozen=True)
class Record:
    """Where the record of events stands. `unsealed` counts up to MOST_COUNTED."""

    head: ChainHead | None
    place: int
    unsealed: int

    @property
    def unsealed_words(self) -> str:
        if self.unsealed > MOST_COUNTED:
            return f"{MOST_COUNTED}+"
        return str(self.unsealed)


def record() -> Record:
    last = EventSeal.objects.order_by("-place").values_list("place", flat=True).first()
    return Record(
        head=ChainHead.objects.order_by("-day").first(),
        place=last or 0,
        unsealed=Event.objects.filter(seal=None).order_by()[: MOST_COUNTED + 1].count(),
    )


def office_names(found: list[Office]) -> str:
    return ", ".join(_named(one.name_ko, one.name_en) for one in found) or _("없음")
