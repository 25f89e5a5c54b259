"""What a burn-down and a goal let expect, in sentences. Uncertain things are said uncertainly."""

from dataclasses import dataclass

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.charts import Burndown, QuotaBar
from portal.forecast import FEWEST_UNITS, FEWEST_WEEKS, MOST_WEEKS
from portal.selectors.quota import PoolView, Standing
from programs import calendar


@dataclass(frozen=True)
class Outlook:
    """`kind` is a callout's; `more` is said after the sentence."""

    kind: str
    sentence: str
    more: str = ""


def outlook(bar: QuotaBar, chart: Burndown | None, full_above: str = "") -> Outlook | None:
    """What is to be said of a pool; None before its period begins and after its end. `full_above`
    is the part around it that is full, so that what is left of it cannot be given."""
    if not bar.size:
        return Outlook("info", _("정원이 0명이어서 배정할 자리가 없습니다."))
    if bar.free and full_above:
        return Outlook(
            "error",
            _(
                "이 부분에는 자리가 남았으나, 이 부분이 속한 쿼터(%(name)s)가 모두 차서 쓸 수 "
                "없습니다."
            )
            % {"name": full_above},
        )
    if not bar.free:
        return Outlook("error", _("쿼터가 모두 찼습니다. 새로 결재하는 승인은 대기열에 오릅니다."))
    if chart is None or chart.last.day >= chart.end:
        return None
    told = chart.foretold
    if told is None:
        return Outlook("info", *_too_little(chart))
    more = _("확정된 일정이 아니라 예상이며, 열 번에 여덟 번은 이 범위에 듭니다.")
    end, last = _day(chart.end), told.at_end
    if chart.early_end is None:
        return Outlook(
            "info",
            _("기간이 끝나는 %(day)s에 %(low)s명에서 %(high)s명이 남을 것으로 봅니다.")
            % {"day": end, "low": last.low, "high": last.high},
            more,
        )
    early = _day(chart.early_end)
    if chart.late_end is not None:
        return Outlook(
            "warning",
            _("%(early)s에서 %(late)s 사이에 모두 쓰일 것으로 봅니다.")
            % {"early": early, "late": _day(chart.late_end)},
            more,
        )
    return Outlook(
        "warning",
        _(
            "이르면 %(early)s에 모두 쓰이고, 기간이 끝나는 %(day)s에 %(high)s명이 남을 수도 "
            "있습니다. 기간 안에 모두 쓰일 가능성은 약 %(percent)s%%입니다."
        )
        % {"early": early, "day": end, "high": last.high, "percent": told.percent},
        more,
    )


def ends(level: PoolView) -> str:
    """When a level will have run out, for a cell of a table."""
    pool, chart, today = level.pool, level.chart, calendar.today()
    if not level.bar.size:
        return _("정원 없음")
    if not level.bar.free:
        return _("모두 찼음")
    if level.full_above:
        return _("위 단계가 모두 찼음")
    if today < pool.period_from:
        return _("기간이 시작되지 않음")
    if today >= pool.period_to:
        return _("기간이 끝남")
    if chart is None or chart.foretold is None:
        return _("기록이 짧음")
    if chart.early_end is None:
        return _("기간 안에 남음")
    if chart.late_end is None:
        return _("%(early)s 이후 (기간 안에 남을 수도 있음)") % {"early": _short(chart.early_end)}
    return f"{_short(chart.early_end)} ~ {_short(chart.late_end)}"


def _too_little(chart: Burndown) -> tuple[str, str]:
    behind = chart.behind
    said = ngettext(
        "예상하기에는 기록이 짧습니다. 지금까지 %(weeks)s주 동안 %(units)s명이 배정되었습니다.",
        "예상하기에는 기록이 짧습니다. 지금까지 %(weeks)s주 동안 %(units)s명이 배정되었습니다.",
        behind.number,
    ) % {"weeks": behind.number, "units": behind.units}
    rule = _("적어도 %(weeks)s주 동안 %(units)s명이 배정되어야 소진 시점을 예상합니다.") % {
        "weeks": FEWEST_WEEKS,
        "units": FEWEST_UNITS,
    }
    return said, rule


def method(chart: Burndown) -> str:
    """How the forecast was made, for whoever reads the page."""
    behind = chart.behind
    return _(
        "최근 %(weeks)s주(많아야 %(most)s주) 동안 주마다 배정된 인원의 평균(%(mean)s명)과 주마다의 "
        "차이를 봅니다. 앞으로의 주도 그만큼 다를 수 있고 몇 주의 기록으로는 평균도 정확히 알 수 "
        "없으므로, 두 가지를 함께 셈하여(음이항 분포) 열 번에 여덟 번 드는 범위를 보입니다. 이전에 "
        "발급한 기초 인원은 속도에 넣지 않고, 추첨하지 않으므로 같은 원장에서는 늘 같은 예상이 "
        "나옵니다."
    ) % {"weeks": behind.number, "most": MOST_WEEKS, "mean": f"{behind.mean:.1f}"}


def of_goal(one: Standing) -> tuple[str, str]:
    """A badge's words and tone."""
    return {
        "reached": (_("이루었습니다"), "success"),
        "missed": (_("기한까지 이루지 못했습니다"), "danger"),
        "likely": (_("이룰 것으로 봅니다"), "success"),
        "open": (_("이룰지 알 수 없습니다"), "warning"),
        "unlikely": (_("지금 속도로는 이루기 어렵습니다"), "danger"),
        "unknown": (_("예상하기에는 기록이 짧습니다"), "gray"),
    }[one.state]


def why_of_goal(one: Standing) -> str:
    """What a goal's words rest on."""
    if one.expected is None:
        return ""
    if one.out_of_reach:
        return _("목표까지 필요한 인원이 남은 정원보다 많습니다.")
    return _(
        "목표일까지 %(low)s명에서 %(high)s명이 될 것으로 보며, "
        "이룰 가능성은 약 %(percent)s%%입니다."
    ) % {"low": one.low, "high": one.high, "percent": one.percent}


def _day(day: object) -> str:
    return date_format(day, "DATE_FORMAT")


def _short(day: object) -> str:
    return date_format(day, "SHORT_DATE_FORMAT")
