"""The tables of the figures' pages as files: the same rows, read by the same selectors."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts.models import Office
from applications.models import Settled
from applications.sheets import Column, Sheet
from portal import outlook
from portal.selectors import backlog, results
from portal.selectors.behind import age_words
from portal.selectors.quota import PoolView, QuotaView
from reviews.filters import DUE


@dataclass(frozen=True)
class Told:
    """What a table's rows are of: the lists that its page shows, and the codes of its filters."""

    rows: Sequence[Any]
    filters: dict[str, str] = field(default_factory=dict)


def _sheet(name: str, title: str, columns: list[Column], told: Told) -> Sheet:
    return Sheet(
        name=f"figures.{name}",
        title=title,
        columns=columns,
        rows=told.rows,
        count=len(told.rows),
        filters=told.filters,
    )


def quota(views: list[QuotaView], filters: dict[str, str]) -> Sheet:
    rows = [(one, level) for one in views for level in one.levels]

    def of(value: Callable[[PoolView], Any]) -> Callable[[Any], Any]:
        return lambda row: value(row[1])

    def ends(name: str) -> Callable[[Any], Any]:
        def value(row: Any) -> date | None:
            chart = row[1].chart
            return getattr(chart.foretold.ends, name) if chart and chart.foretold else None

        return value

    columns = [
        Column(_("프로그램"), lambda row: row[0].programme.name, 28),
        Column(_("기간"), lambda row: row[0].period, 16),
        Column(_("경로"), of(lambda level: level.pool.path), 28),
        Column(_("이름"), of(lambda level: level.name), 28),
        Column(pgettext("quota", "정원"), of(lambda level: level.bar.size), 10),
        Column(pgettext("quota", "발급"), of(lambda level: level.bar.issued), 10),
        Column(_("발급 가운데 기초 발급"), of(lambda level: level.opening), 18),
        Column(pgettext("quota", "배정"), of(lambda level: level.bar.held), 10),
        Column(pgettext("quota", "남음"), of(lambda level: level.bar.free), 10),
        Column(pgettext("quota", "대기"), of(lambda level: level.bar.waiting), 10),
        Column(_("소진 예상 (이르면)"), ends("low"), 18),
        Column(_("소진 예상 (가운데)"), ends("middle"), 18),
        Column(_("소진 예상 (늦으면)"), ends("high"), 18),
    ]
    return _sheet("quota", _("쿼터"), columns, Told(rows, filters))


def burndown(level: PoolView, filters: dict[str, str]) -> Sheet:
    """The table beside the picture: what was left, then what is expected to be."""
    rows: list[tuple[Any, ...]] = []
    if level.chart is not None:
        rows += [(p.day, plan, p.value, None, None, None) for p, plan in level.chart.rows]
        if level.chart.foretold:
            rows += [
                (one.day, one.plan, None, one.low, one.middle, one.high)
                for one in level.chart.foretold.ahead
            ]
    labels = (
        _("기준일"),
        _("고르게 쓸 때"),
        _("남은 인원"),
        _("예상 (적으면)"),
        _("예상 (가운데)"),
        _("예상 (많으면)"),
    )
    columns = [
        Column(label, lambda row, place=place: row[place], 16) for place, label in enumerate(labels)
    ]
    return _sheet("burndown", _("쿼터 소진 추이"), columns, Told(rows, filters))


def goals(views: list[QuotaView], filters: dict[str, str]) -> Sheet:
    rows = [(one, level, goal) for one in views for level in one.levels for goal in level.goals]
    columns = [
        Column(_("프로그램"), lambda row: row[0].programme.name, 28),
        Column(_("쿼터"), lambda row: row[1].name, 28),
        Column(_("목표 인원"), lambda row: row[2].goal.number, 12),
        Column(_("목표일"), lambda row: row[2].goal.due_on, 14),
        Column(_("배정·발급"), lambda row: row[2].taken, 12),
        Column(_("상태"), lambda row: outlook.of_goal(row[2])[0], 28),
        Column(_("예상 (적으면)"), lambda row: row[2].low, 14),
        Column(_("예상 (많으면)"), lambda row: row[2].high, 14),
        Column(_("이룰 가능성 (%)"), lambda row: row[2].percent, 14),
    ]
    return _sheet("goals", _("목표"), columns, Told(rows, filters))


def stages(found: list[backlog.Waiting], filters: dict[str, str]) -> Sheet:
    rows = [(one, stage) for one in found for stage in one.stages]
    columns = [
        Column(_("프로그램"), lambda row: row[0].name, 28),
        Column(_("단계"), lambda row: str(row[1].stage.label), 24),
    ]
    columns += [
        Column(age_words(*bounds), lambda row, place=place: row[1].ages[place], 14)
        for place, bounds in enumerate(backlog.AGES)
    ]
    columns.append(Column(_("모두"), lambda row: row[1].total, 10))
    return _sheet("backlog", _("단계별 체류 기간"), columns, Told(rows, filters))


def deadlines(found: list[backlog.Waiting], filters: dict[str, str]) -> Sheet:
    columns = [Column(_("프로그램"), lambda row: row.name, 28)]
    columns += [
        Column(label, lambda row, place=place: row.dues[place], 14)
        for place, (_code, label) in enumerate(DUE)
    ]
    return _sheet("deadlines", _("기한이 위태로운 신청"), columns, Told(found, filters))


def load(found: list[backlog.Load], offices: list[Office], filters: dict[str, str]) -> Sheet:
    columns = [
        Column(_("심사자"), lambda row: row.name, 20),
        Column(_("담당 신청"), lambda row: row.cases, 12),
        Column(_("기한 지남"), lambda row: row.overdue, 12),
        Column(_("맡을 수 있는 신청"), lambda row: row.capacity, 18),
        Column(_("부하 (%)"), lambda row: row.percent, 10),
        Column(_("부재 (까지)"), lambda row: row.away_until, 14),
    ]
    if len(offices) > 1:
        columns.insert(0, Column(_("기관"), lambda row: row.office, 24))
    return _sheet("load", _("심사자별 부하"), columns, Told(found, filters))


def months(found: results.Results, filters: dict[str, str]) -> Sheet:
    def settled(code: str) -> Callable[[Any], Any]:
        return lambda row: row.settled.get(code, 0)

    columns = [
        Column(_("기간 (부터)"), lambda row: row.first, 14),
        Column(_("기간 (까지)"), lambda row: row.last, 14),
        Column(_("접수"), lambda row: row.received, 10),
        Column(_("결정"), lambda row: row.decided, 10),
        *(Column(label, settled(code), 10) for code, label in Settled.choices),
        Column(_("걸린 영업일 (가운데)"), lambda row: row.whole.middle, 18),
        Column(_("걸린 영업일 (가운데 절반, 부터)"), lambda row: row.whole.low, 24),
        Column(_("걸린 영업일 (가운데 절반, 까지)"), lambda row: row.whole.high, 24),
        Column(_("처리기간에 드는 영업일 (가운데)"), lambda row: row.net.middle, 24),
        Column(_("처리기간에 드는 영업일 (가운데 절반, 부터)"), lambda row: row.net.low, 30),
        Column(_("처리기간에 드는 영업일 (가운데 절반, 까지)"), lambda row: row.net.high, 30),
    ]
    return _sheet("results", _("처리 실적"), columns, Told([*found.months, found.total], filters))


def by_occupation(found: list[results.Occupation], filters: dict[str, str]) -> Sheet:
    columns = [
        Column(_("프로그램"), lambda row: row.programme, 28),
        Column(_("직종 코드"), lambda row: row.code, 12),
        Column(_("직종"), lambda row: row.name, 28),
        Column(_("결정"), lambda row: row.decided, 10),
        Column(pgettext("figures", "승인"), lambda row: row.approved, 10),
        Column(pgettext("figures", "불허"), lambda row: row.refused, 10),
        Column(pgettext("figures", "반려"), lambda row: row.returned, 10),
        Column(_("승인율 (%)"), lambda row: row.percent, 12),
    ]
    return _sheet("occupations", _("직종별 승인율"), columns, Told(found, filters))
