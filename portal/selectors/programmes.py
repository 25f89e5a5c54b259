"""The catalogue for everyone: every programme with the version that counts, and one in full."""

from dataclasses import dataclass
from datetime import date

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy, pgettext_lazy

from portal.charts import QuotaBar, quota_bar
from portal.selectors.asking import Ask, Paper, asks, papers
from portal.selectors.plans import Part as PointsPart
from portal.selectors.plans import points_table
from portal.selectors.versions import InWords, in_words
from programs import calendar
from programs.manifest import Manifest
from programs.models import Pool, Programme, ProgrammeVersion, VersionStatus
from reviews.selectors.rows import in_reader_language

# What a version is on a day, in the words and colours of its badge.
IN_FORCE, COMING, OVER, ANNOUNCED = "in_force", "coming", "over", "announced"
STATES: dict[str, tuple[Promise, str]] = {
    IN_FORCE: (pgettext_lazy("version", "시행 중"), "success"),
    COMING: (pgettext_lazy("version", "시행 예정"), "information"),
    OVER: (pgettext_lazy("version", "시행 종료"), "gray"),
    ANNOUNCED: (pgettext_lazy("version", "발표만 됨"), "warning"),
}
CHANNELS = {
    "abroad": gettext_lazy("해외에 있는 외국인 (사증 발급)"),
    "in_country": gettext_lazy("국내에 있는 외국인 (체류자격 변경)"),
    "both": gettext_lazy("해외와 국내의 외국인 모두"),
}


@dataclass(frozen=True)
class Dated:
    """A version as one of a programme's history. `last` is its last day as things stand: that of
    the file, or the day before the next one begins."""

    version: ProgrammeVersion
    state: str
    last: date | None

    @property
    def word(self) -> str:
        return str(STATES[self.state][0])

    @property
    def tone(self) -> str:
        return STATES[self.state][1]

    @property
    def judges(self) -> bool:
        """Whether it is what applies today."""
        return self.state == IN_FORCE


def history(versions: list[ProgrammeVersion], day: date) -> list[Dated]:
    """A programme's versions, newest first, each with what it is on that day."""
    found: list[Dated] = []
    for version in sorted(versions, key=lambda one: (one.effective_from, one.pk), reverse=True):
        if version.status == VersionStatus.ANNOUNCED:
            state = ANNOUNCED
        elif version.effective_from > day:
            state = COMING
        elif version.effective_to is not None and version.effective_to < day:
            state = OVER
        else:
            state = IN_FORCE
        found.append(Dated(version, state, version.effective_to))
    return found


def leading(dated: list[Dated]) -> Dated:
    """The version a programme is shown by: today's, else the next to come, else the last one that
    was in force, else the newest announced."""
    for state in (IN_FORCE, COMING, OVER, ANNOUNCED):
        of_state = [one for one in dated if one.state == state]
        if of_state:
            return of_state[-1] if state == COMING else of_state[0]
    raise ValueError("a programme without versions")


@dataclass(frozen=True)
class InList:
    """One programme in the list of all. `until` is the last day on which it can be applied for."""

    programme: Programme
    shown: Dated
    manifest: Manifest
    left: QuotaBar | None
    until: date | None

    @property
    def visas(self) -> str:
        return ", ".join(self.manifest.visa_classes)

    @property
    def channel(self) -> str:
        return str(CHANNELS[self.manifest.channel])

    @property
    def checkable(self) -> bool:
        """Whether its rules can be asked one by one: a self-check of points is planned instead."""
        return self.shown.judges and not (self.has_plan and not self.programme.takes_cases)

    @property
    def has_plan(self) -> bool:
        """Whether points can be planned for it."""
        return self.shown.judges and self.manifest.requirements.points is not None


def listed() -> list[InList]:
    """Every programme with a version, those that run today first. Three queries."""
    today = calendar.today()
    versions: dict[int, list[ProgrammeVersion]] = {}
    for version in (
        ProgrammeVersion.objects.defer("document")
        .select_related("programme__office")
        .order_by("programme__slug")
    ):
        versions.setdefault(version.programme_id, []).append(version)
    shown = {key: leading(history(those, today)) for key, those in versions.items()}
    full = ProgrammeVersion.objects.in_bulk([one.version.pk for one in shown.values()])
    roots = _roots()
    found = [
        InList(
            programme=one.version.programme,
            shown=one,
            manifest=(manifest := full[one.version.pk].manifest()),
            left=_left(roots.get((key, manifest.period.code))),
            until=until(history(versions[key], today)),
        )
        for key, one in shown.items()
    ]
    return sorted(found, key=lambda one: not one.shown.judges)


def until(dated: list[Dated]) -> date | None:
    """The last day of the newest version in force, whatever follows an earlier one; None where no
    end was said, or nothing was ever in force."""
    in_force = [one for one in dated if one.state != ANNOUNCED]
    return (in_force or dated)[0].last


def _roots() -> dict[tuple[int, str], Pool]:
    pools = Pool.objects.filter(parent=None, closed_at=None)
    return {(pool.programme_id, pool.period_code): pool for pool in pools}


def _left(pool: Pool | None) -> QuotaBar | None:
    if pool is None:
        return None
    return quota_bar(size=pool.size, issued=pool.issued, held=pool.held)


@dataclass(frozen=True)
class Part:
    """One pool of the programme's quota: its name, how deep it lies, and what is left."""

    path: str
    name: str
    depth: int
    bar: QuotaBar


@dataclass(frozen=True)
class Shown:
    """One version of one programme, in full."""

    programme: Programme
    dated: Dated
    history: list[Dated]
    manifest: Manifest
    said: InWords
    asks: Ask
    papers: list[Paper]
    pools: list[Part]
    points: list[PointsPart]

    @property
    def version(self) -> ProgrammeVersion:
        return self.dated.version

    @property
    def channel(self) -> str:
        return str(CHANNELS[self.manifest.channel])

    @property
    def checkable(self) -> bool:
        return self.dated.judges and not (self.has_plan and not self.programme.takes_cases)

    @property
    def has_plan(self) -> bool:
        return self.dated.judges and self.manifest.requirements.points is not None

    @property
    def other(self) -> Dated | None:
        """What applies today, where that is not what is shown."""
        today = next((one for one in self.history if one.judges), None)
        return today if today is not None and today.version.pk != self.version.pk else None


def shown(slug: str, label: str = "") -> Shown | None:
    """The version of that label, or the one that counts; None when there is none. Six queries."""
    versions = list(
        ProgrammeVersion.objects.filter(programme__slug=slug)
        .defer("document")
        .select_related("programme__office")
    )
    dated = history(versions, calendar.today())
    if label:
        dated_one = next((one for one in dated if one.version.label == label), None)
    else:
        dated_one = leading(dated) if dated else None
    if dated_one is None:
        return None
    version = ProgrammeVersion.objects.select_related("programme__office").get(
        pk=dated_one.version.pk
    )
    manifest = version.manifest()
    return Shown(
        programme=version.programme,
        dated=Dated(version, dated_one.state, dated_one.last),
        history=dated,
        manifest=manifest,
        said=in_words(version),
        asks=asks(manifest),
        papers=papers(manifest),
        pools=pools_of(version.programme, manifest.period.code, parts=parts_are_public(manifest)),
        points=points_table(manifest, on=calendar.today()),
    )


def parts_are_public(manifest: Manifest) -> bool:
    """Whether more than the total of the quota may be seen."""
    return manifest.published is not None and manifest.published.quota == "parts"


def pools_of(programme: Programme, period: str, *, parts: bool) -> list[Part]:
    """The pools of a programme's period, outermost first; only that one without `parts`. One
    query."""
    pools = Pool.objects.filter(programme=programme, period_code=period, closed_at=None).order_by(
        "path"
    )
    return [
        Part(
            path=pool.path,
            name=_name(pool),
            depth=pool.path.count("/"),
            bar=quota_bar(size=pool.size, issued=pool.issued, held=pool.held),
        )
        for pool in pools
        if parts or pool.parent_id is None
    ]


def _name(pool: Pool) -> str:
    return in_reader_language(pool.name_ko, pool.name_en)
