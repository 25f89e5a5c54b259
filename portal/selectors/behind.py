"""The cases behind a figure: what an address says of them, and the same cases as a list.

Each figure's page counts with the very conditions that are here, so that the list has as many cases
as the figure said, unless something happened in between.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Q
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts.models import User
from applications.models import Settled
from applications.stages import Stage
from portal.selectors.backlog import AGE_CODES, AGES, DUES, of_age, stretches
from portal.selectors.cases import DECIDED
from portal.selectors.quota import pool_for, subjects
from programs.models import ClaimState
from reviews.components import Item
from reviews.filters import DUE, Filters, programme_name
from reviews.permissions import Desk
from reviews.selectors.queue import Listed
from reviews.selectors.received import LATEST_RECEIVED
from reviews.selectors.rows import in_reader_language

CLAIMS = (ClaimState.ISSUED, ClaimState.HELD, ClaimState.WAITING)
DECISIONS = "decided"
UNKNOWN = "-"


@dataclass(frozen=True)
class Behind:
    """Codes as an address carries them; an empty one narrows nothing, and what is no code of ours
    is empty. `what` is "open", "received" or "settled" (with `first` and `last`), or "claim"."""

    what: str = ""
    programme: str = ""
    stage: str = ""
    age: str = ""
    due: str = ""
    assignee: str = ""
    first: str = ""
    last: str = ""
    outcome: str = ""
    occupation: str = ""
    pool: str = ""
    claim: str = ""

    @classmethod
    def read(cls, given: Mapping[str, Any]) -> "Behind":
        known = {
            "what": ("open", "received", "settled", "claim"),
            "stage": tuple(Stage.values),
            "age": AGE_CODES,
            "due": DUES,
            "outcome": (DECISIONS, *Settled.values),
            "claim": CLAIMS,
        }
        found = {}
        for one in fields(cls):
            value = str(given.get(one.name, "")).replace("\x00", "")[:64]
            if one.name in known and value not in known[one.name]:
                value = ""
            if one.name in ("first", "last") and _day(value) is None:
                value = ""
            if one.name in ("assignee", "pool") and _uuid(value) is None:
                value = ""
            found[one.name] = value
        return cls(**found)

    def codes(self) -> dict[str, str]:
        return {one.name: value for one in fields(self) if (value := getattr(self, one.name))}

    def query(self) -> str:
        return urlencode(self.codes())

    def listed(self, desk: Desk) -> Listed:
        """The cases, of the person's programmes only. Raises OutsideTable, and LookupError for a
        pool that is not theirs."""
        scope = [programme for _office, programme in desk.scope(slug=self.programme)]
        found = Q(programme_id__in=scope, received_at__isnull=False)
        if self.what == "open":
            found &= Q(queue_row__isnull=False) & self._open()
        elif self.what in ("received", "settled"):
            found &= self._counted()
        elif self.what == "claim":
            found &= self._claimed(desk)
        else:
            found &= Q(pk__in=[])
        return Listed((found,), LATEST_RECEIVED)

    def _open(self) -> Q:
        found = Q()
        if self.stage:
            found &= Q(queue_row__stage=self.stage)
        if self.age:
            found &= of_age(stretches()[AGE_CODES.index(self.age)], "queue_row__")
        if self.due:
            found &= Q(queue_row__parked=False)
            found &= Filters(due=self.due).due_where("queue_row__due_on")
        if self.assignee:
            found &= Q(queue_row__parked=False, queue_row__assignee__public_id=self.assignee)
        return found

    def _counted(self) -> Q:
        column = f"figure_row__{self.what}_on"
        found = Q(**{f"{column}__isnull": False})
        if self.first:
            found &= Q(**{f"{column}__gte": _day(self.first)})
        if self.last:
            found &= Q(**{f"{column}__lte": _day(self.last)})
        if self.outcome == DECISIONS:
            found &= Q(figure_row__outcome__in=DECIDED)
        elif self.outcome:
            found &= Q(figure_row__outcome=self.outcome)
        if self.occupation:
            code = "" if self.occupation == UNKNOWN else self.occupation
            found &= Q(figure_row__occupation=code)
        return found

    def _claimed(self, desk: Desk) -> Q:
        pool = pool_for(desk, UUID(self.pool)) if self.pool else None
        if pool is None or not self.claim:
            raise LookupError(self.pool)
        return Q(public_id__in=subjects(pool, self.claim))

    def words(self, desk: Desk, programmes: Mapping[str, dict[str, str]]) -> list[Item]:
        """What the cases have in common."""
        found = []
        if self.programme in programmes:
            name = programme_name(programmes[self.programme], self.programme)
            found.append(Item(_("프로그램"), name))
        if self.what == "open":
            found.append(Item(pgettext("filter", "진행"), pgettext("filter", "진행 중")))
        if self.stage:
            found.append(Item(_("단계"), Stage(self.stage).label))
        if self.age:
            found.append(Item(_("이 단계에 머문 날"), age_words(*AGES[AGE_CODES.index(self.age)])))
        if self.due:
            found.append(Item(_("처리 기한"), dict(DUE)[self.due]))
        if self.assignee:
            person = User.objects.filter(public_id=self.assignee).only("name").first()
            found.append(Item(_("담당자"), person.name if person else ""))
        if self.what in ("received", "settled") and (self.first or self.last):
            label = _("접수일") if self.what == "received" else _("결정일 또는 취하일")
            found.append(Item(label, f"{_shown(self.first)} ~ {_shown(self.last)}"))
        if self.outcome:
            said = _("결정한 것 모두")
            if self.outcome != DECISIONS:
                said = str(Settled(self.outcome).label)
            found.append(Item(_("결과"), said))
        if self.occupation:
            said = _("적지 않음") if self.occupation == UNKNOWN else self.occupation
            found.append(Item(_("직종"), said))
        if self.pool and (pool := pool_for(desk, UUID(self.pool))):
            found.append(Item(_("쿼터"), in_reader_language(pool.name_ko, pool.name_en)))
        if self.claim:
            found.append(Item(_("쿼터 상태"), ClaimState(self.claim).label))
        return found


def age_words(low: int, high: int | None) -> str:
    if high is None:
        return _("%(low)s영업일 이상") % {"low": low}
    if low == 0:
        return _("%(high)s영업일까지") % {"high": high}
    return _("%(low)s~%(high)s영업일") % {"low": low, "high": high}


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _shown(text: str) -> str:
    day = _day(text)
    return date_format(day, "DATE_FORMAT") if day else ""


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
