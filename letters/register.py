"""An office's register of earlier letters, row by row: what is wrong, where, and what to do.

Nothing is written here; `letters.register_import` does that once nothing is wrong any more.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from letters.content import Definition
from letters.headings import HEADINGS
from letters.models import EarlierLetter, Letter, Series
from letters.sheets import Cell, Row, Sheet, SheetRefused
from programs import calendar
from programs.manifest import Manifest
from programs.models import LedgerRow, Movement, Pool

REQUIRED = ("number", "issued", "name")
HEADING_WITHIN = 10
LONGEST = {"number": 60, "name": 120, "company": 200, "occupation": 80, "pool": 200}
# What a spreadsheet takes for something to work out; such a text is nobody's name or number.
CALCULATES = ("=", "+", "-", "@", "＝", "＋", "－", "＠")  # fmt: skip
CONTROL = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True)
class Entry:
    """An earlier letter as the register has it. `pools` are the ids of all pools it counts in;
    `series` is (year, number) where the number is one of the present series."""

    number: str
    issued: date
    name: str
    born: date | None
    company: str
    occupation: str
    pools: tuple[int, ...] = ()
    series: tuple[int, int] | None = None


@dataclass
class Finding:
    """One row of the register. It is new, known already, or wrong."""

    row: int
    number: str
    entry: Entry | None = None
    known: bool = False
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def new(self) -> bool:
        return self.entry is not None and not self.known and not self.problems


@dataclass(frozen=True)
class PoolOpening:
    """How many units of a pool were issued before: now, and when the register is applied."""

    pool: Pool
    before: int
    after: int

    @property
    def added(self) -> int:
        return self.after - self.before

    @property
    def fits(self) -> bool:
        return self.added <= self.pool.free


@dataclass(frozen=True)
class NextNumber:
    year: int
    before: str
    after: str


@dataclass
class Report:
    """What a register says, and what applying it would do."""

    findings: list[Finding]
    openings: list[PoolOpening]
    numbers: list[NextNumber]
    problems: list[str] = field(default_factory=list)

    @property
    def new(self) -> list[Finding]:
        return [one for one in self.findings if one.new]

    @property
    def known(self) -> list[Finding]:
        return [one for one in self.findings if one.known and not one.problems]

    @property
    def wrong(self) -> list[Finding]:
        return [one for one in self.findings if one.problems]

    @property
    def applicable(self) -> bool:
        return bool(self.new) and not self.wrong and not self.problems


@dataclass(frozen=True)
class Reader:
    """What a register is read against: the office's programme, its period and its pools."""

    slug: str
    office: int
    manifest: Manifest
    pools: Mapping[str, Pool]

    @property
    def root(self) -> Pool:
        return next(pool for pool in self.pools.values() if pool.parent_id is None)

    def report(self, sheet: Sheet) -> Report:
        """Raises SheetRefused where there is no row of headings, or no row below it."""
        columns, rows = _headings(sheet)
        findings = [self._row(row, columns, sheet) for row in rows]
        if not findings:
            raise SheetRefused(_("제목 줄 아래에 행이 없습니다."))
        _repeated(findings)
        self._registered(findings)
        report = Report(findings, self._openings(findings), self._numbers(findings))
        report.problems += [
            _("%(pool)s: 기초 발급이 %(after)s건이 되는데 남은 쿼터가 %(free)s건입니다.")
            % {"pool": one.pool.name_ko, "after": one.after, "free": one.pool.free}
            for one in report.openings
            if not one.fits
        ]
        return report

    # --- one row -----------------------------------------------------------------------------
    def _row(self, row: Row, columns: Mapping[str, int], sheet: Sheet) -> Finding:
        said = {name: row.at(column) for name, column in columns.items()}
        finding = Finding(row.number, _text(said.get("number")))
        for name, cell in said.items():
            if problem := _cell_problem(name, cell):
                finding.problems.append(problem)
        words = {name: _text(cell) for name, cell in said.items()}
        issued = self._issued(said.get("issued"), sheet, finding)
        born = self._born(said.get("born"), sheet, issued, finding)
        pools = self._pools(words, issued, finding)
        if finding.problems or issued is None:
            return finding
        finding.entry = Entry(
            number=words["number"],
            issued=issued,
            name=words["name"],
            born=born,
            company=words.get("company", ""),
            occupation=words.get("occupation", ""),
            pools=pools,
            series=self._series(words["number"], issued, finding),
        )
        if born is None:
            finding.notes.append(_("생년월일이 없어 진위확인에서 번호만으로 답합니다."))
        return finding

    def _issued(self, cell: Cell | None, sheet: Sheet, finding: Finding) -> date | None:
        if cell is None or cell.kind in ("formula", "error"):
            return None  # said already
        day = sheet.day(cell)
        if day is None:
            finding.problems.append(
                _("발급일을 읽을 수 없습니다: %(said)s. 2026-01-31처럼 적어 주세요.")
                % {"said": cell.text[:40]}
            )
            return None
        root = self.root
        if day > calendar.today():
            finding.problems.append(_("발급일이 오늘보다 뒤입니다. 날짜를 확인해 주세요."))
        elif not root.period_from <= day <= root.period_to:
            finding.problems.append(
                _("발급일이 쿼터 기간(%(first)s ~ %(last)s) 밖입니다. 다른 기간의 행은 빼 주세요.")
                % {
                    "first": date_format(root.period_from, "DATE_FORMAT"),
                    "last": date_format(root.period_to, "DATE_FORMAT"),
                }
            )
        return day

    @staticmethod
    def _born(
        cell: Cell | None, sheet: Sheet, issued: date | None, finding: Finding
    ) -> date | None:
        if cell is None or cell.kind in ("formula", "error") or not cell.text.strip():
            return None
        day = sheet.day(cell)
        if day is None:
            finding.problems.append(
                _("생년월일을 읽을 수 없습니다. 1994-05-17처럼 적거나 비워 주세요.")
            )
        elif issued is not None and day >= issued:
            finding.problems.append(_("생년월일이 발급일보다 뒤입니다."))
        return day

    def _pools(
        self, words: Mapping[str, str], issued: date | None, finding: Finding
    ) -> tuple[int, ...]:
        """All pools the letter counts in. Without parts there is nothing to ask."""
        if len(self.pools) == 1:
            return (self.root.pk,)
        paths: set[str] = set()
        if said := words.get("pool", ""):
            paths = {path for path in self.pools if said in (path, path.rpartition("/")[2])}
            if len(paths) != 1:
                finding.problems.append(
                    _("쿼터를 알 수 없습니다: %(said)s. 다음 가운데 하나를 적어 주세요: %(known)s")
                    % {"said": said, "known": ", ".join(sorted(self.pools))}
                )
                return ()
        elif self.manifest.quota is not None:
            facts = {"job": {"occupation": words.get("occupation", "")}}
            ways = self.manifest.quota.ways_for(
                facts, on=issued or calendar.today(), requirements=self.manifest.requirements
            )
            paths = {"/".join(node.code for node in way) for way in ways} & self.pools.keys()
            inner = {path for path in self.pools if "/" in path}
            if inner and not paths & inner:
                finding.problems.append(
                    _(
                        "어느 쿼터의 추천서인지 알 수 없습니다. 직종 칸에 직종코드를, "
                        "또는 쿼터 칸에 다음 가운데 하나를 적어 주세요: %(known)s"
                    )
                    % {"known": ", ".join(sorted(inner))}
                )
                return ()
        return tuple(
            sorted(
                pool.pk for pool in self.pools.values() if any(pool.holds(path) for path in paths)
            )
        )

    def _series(self, number: str, issued: date, finding: Finding) -> tuple[int, int] | None:
        definition = self._definition()
        place = place_in(definition.number_pattern, number) if definition else None
        if place is None:
            finding.notes.append(_("지금의 번호 형식과 달라 다음 번호에는 영향을 주지 않습니다."))
        elif place[0] != issued.year:
            finding.notes.append(_("번호의 연도와 발급일의 연도가 다릅니다."))
        return place

    def _definition(self) -> Definition | None:
        letter = self.manifest.letter
        return Definition.read(letter.as_dict(), programme_slug=self.slug) if letter else None

    # --- all rows ----------------------------------------------------------------------------
    def _registered(self, findings: list[Finding]) -> None:
        """Numbers that are here already: the same row again is known, another one is wrong."""
        numbers = [one.number for one in findings if one.number]
        ours = set(Letter.objects.filter(number__in=numbers).values_list("number", flat=True))
        known = {one.number: one for one in EarlierLetter.objects.filter(number__in=numbers)}
        for finding in findings:
            if finding.number in ours:
                finding.problems.append(_("이 시스템이 발급한 번호입니다. 행을 빼 주세요."))
            elif one := known.get(finding.number):
                entry = finding.entry
                same = entry is not None and (
                    one.office_id == self.office
                    and one.programme_slug == self.slug
                    and one.issue_date == entry.issued
                )
                finding.known = same
                if not same and entry is not None:
                    finding.problems.append(
                        _("이미 다른 내용으로 등록된 번호입니다. 번호와 발급일을 확인해 주세요.")
                    )

    def _openings(self, findings: Iterable[Finding]) -> list[PoolOpening]:
        counts = self.counts(findings)
        before = opened(self.pools.values())
        return [
            PoolOpening(
                pool, before.get(pool.pk, 0), max(before.get(pool.pk, 0), counts.get(pool.pk, 0))
            )
            for pool in self.pools.values()
        ]

    def counts(self, findings: Iterable[Finding]) -> Counter[int]:
        """By pool: earlier letters that are registered, and those that would be."""
        counts: Counter[int] = Counter()
        mine = EarlierLetter.objects.filter(office=self.office, programme_slug=self.slug)
        for pools in mine.values_list("pools", flat=True):
            counts.update(int(pool) for pool in pools.split(",") if pool)
        for finding in findings:
            if finding.new and finding.entry is not None:
                counts.update(finding.entry.pools)
        return counts

    def highest(self, findings: Iterable[Finding]) -> dict[int, int]:
        """By year: the highest number of the present series among the new rows."""
        found: dict[int, int] = {}
        for finding in findings:
            if finding.new and finding.entry and finding.entry.series:
                year, number = finding.entry.series
                found[year] = max(found.get(year, 0), number)
        return found

    def _numbers(self, findings: Iterable[Finding]) -> list[NextNumber]:
        definition = self._definition()
        if definition is None:
            return []
        last = dict(
            Series.objects.filter(office=self.office, name=definition.series).values_list(
                "year", "last"
            )
        )
        return [
            NextNumber(
                year,
                definition.number(year=year, number=last.get(year, 0) + 1),
                definition.number(year=year, number=max(last.get(year, 0), highest) + 1),
            )
            for year, highest in sorted(self.highest(findings).items())
        ]

    @property
    def series(self) -> str:
        definition = self._definition()
        return definition.series if definition else ""


def opened(pools: Iterable[Pool]) -> dict[int, int]:
    """By pool: units issued before this system, as the ledger has them."""
    found: Counter[int] = Counter()
    rows = LedgerRow.objects.filter(pool__in=[pool.pk for pool in pools], kind=Movement.OPENING)
    for pool, issued in rows.values_list("pool", "delta_issued"):
        found[pool] += issued
    return found


def place_in(pattern: str, number: str) -> tuple[int, int] | None:
    """(year, number) where the number follows the pattern of the programme's letters."""
    parts = re.split(r"(\{year\}|\{number[^}]*\})", pattern)
    wanted = "".join(
        r"(?P<year>[0-9]{4})"
        if part == "{year}"
        else r"(?P<number>[0-9]{1,9})"
        if part.startswith("{number")
        else re.escape(part)
        for part in parts
    )
    match = re.fullmatch(wanted, number)
    return (int(match["year"]), int(match["number"])) if match else None


def _headings(sheet: Sheet) -> tuple[dict[str, int], list[Row]]:
    """Where each column is, and the rows below. Raises SheetRefused naming what is missing."""
    best: dict[str, int] = {}
    for place, row in enumerate(sheet.rows[:HEADING_WITHIN]):
        found: dict[str, int] = {}
        for column, cell in enumerate(row.cells):
            said = re.sub(r"[\s_*()·.]", "", _text(cell)).lower()
            for name, known in HEADINGS.items():
                if said in known:
                    found.setdefault(name, column)
        if all(name in found for name in REQUIRED):
            return found, list(sheet.rows[place + 1 :])
        best = found if len(found) > len(best) else best
    missing = ", ".join(HEADINGS[name][0] for name in REQUIRED if name not in best)
    raise SheetRefused(
        _("제목 줄에 없는 칸: %(missing)s. 첫 시트의 맨 위에 제목을 적어 주세요.")
        % {"missing": missing}
    )


def _text(cell: Cell | None) -> str:
    if cell is None:
        return ""
    text = unicodedata.normalize("NFC", cell.text).strip()
    if cell.kind == "number" and text.endswith(".0"):
        text = text[:-2]
    return text


LABELS = {name: known[0] for name, known in HEADINGS.items()}


def _cell_problem(name: str, cell: Cell | None) -> str:
    """What is wrong with a cell as such; a sentence that says what to do."""
    label = LABELS[name]
    text = _text(cell)
    if cell is not None and cell.kind == "formula":
        return _("%(label)s 칸에 수식이 있습니다. 값으로 바꾸어 붙여 넣어 주세요.") % {
            "label": label
        }
    if cell is not None and cell.kind == "error":
        return _("%(label)s 칸에 계산 오류가 있습니다. 값을 적어 주세요.") % {"label": label}
    if name in REQUIRED and not text:
        return _("%(label)s 칸이 비어 있습니다.") % {"label": label}
    if name not in LONGEST:
        return ""
    if len(text) > LONGEST[name]:
        return _("%(label)s 칸이 너무 깁니다. %(most)s자까지 적어 주세요.") % {
            "label": label,
            "most": LONGEST[name],
        }
    if text.startswith(CALCULATES):
        return _("%(label)s 칸이 수식으로 읽힐 수 있는 글자로 시작합니다: %(said)s") % {
            "label": label,
            "said": text[:40],
        }
    if CONTROL.search(text):
        return _("%(label)s 칸에 보이지 않는 글자가 있습니다. 다시 적어 주세요.") % {"label": label}
    return ""


def _repeated(findings: list[Finding]) -> None:
    first: dict[str, int] = {}
    for finding in findings:
        if not finding.number:
            continue
        if finding.number in first:
            finding.problems.append(
                _("%(row)s행과 같은 발급번호입니다. 하나만 남겨 주세요.")
                % {"row": first[finding.number]}
            )
        else:
            first[finding.number] = finding.row
