"""How old a document may be: papers issued in Korea are accepted for some months from their issue
(the stay manual says three); how many is in the catalogue, for each document it concerns."""

import calendar as months_of
from dataclasses import dataclass
from datetime import date

from applications.models import Document
from programs import calendar
from programs.manifest import DocumentDef
from reviews.recognition.extract import Extract


@dataclass(frozen=True)
class Age:
    """`issued_on` is None when no day of issue could be read: people look themselves. `until` is
    the last day on which the paper may be handed in."""

    months: int
    sent_on: date
    issued_on: date | None = None
    page: int | None = None
    until: date | None = None

    @property
    def too_old(self) -> bool:
        return self.until is not None and self.sent_on > self.until

    @property
    def unread(self) -> bool:
        return self.issued_on is None


def months_after(day: date, months: int) -> date:
    """The same day so many months later, or the last of a shorter month (Civil Act §160)."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = months_of.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))


def age_of(document: Document, defined: DocumentDef | None, found: Extract) -> Age | None:
    """None for a document that may be of any age."""
    if defined is None or defined.validity_months is None:
        return None
    sent = calendar.in_seoul(document.uploaded_at).date()
    if found.issued_on is None:
        return Age(defined.validity_months, sent)
    issued, page = found.issued_on
    until = months_after(issued, defined.validity_months)
    return Age(defined.validity_months, sent, issued, page, until)
