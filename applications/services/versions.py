"""The version of one section of the form: who may save over what."""

from dataclasses import dataclass
from typing import Any

from accounts.models import User
from applications.errors import StaleSection
from applications.models import Application, SectionVersion
from programs import calendar


@dataclass(frozen=True)
class Seen:
    """What a page knows of a section: the version it was drawn from and its own mark. Without a
    number it knows nothing, and saves over whatever is there."""

    number: int | None = None
    page: str = ""


def held_version(case: Application, section: str) -> SectionVersion | None:
    """The section's version row. For a save, only while the case is locked."""
    return SectionVersion.objects.filter(application=case, section=section).first()


def refuse_if_stale(held: SectionVersion | None, seen: Seen, actor: User) -> None:
    """Raise StaleSection unless the page saw the latest version, or made it itself."""
    if held is None or seen.number is None or seen.number == held.number:
        return
    if seen.page and seen.page == held.page:
        return
    mine = held.saved_by_id == actor.pk
    raise StaleSection(
        number=held.number, who=None if mine else str(held.saved_by), at=held.saved_at
    )


def count_save(
    case: Application,
    section: str,
    held: SectionVersion | None,
    *,
    actor: User,
    seen: Seen,
    unfinished: dict[str, Any] | None,
) -> bool:
    """Count a save of the section. True if it is this page's first: what the log needs to know,
    where a page that saves by itself would fill it with its keystrokes."""
    first = held is None or not seen.page or held.page != seen.page
    version = held or SectionVersion(application=case, section=section)
    version.number += 1
    version.saved_by, version.saved_at, version.page = actor, calendar.now(), seen.page
    version.unfinished = unfinished
    version.save()
    return first
