"""Changed letter designs that wait to be published."""

from dataclasses import dataclass

from accounts.models import StaffRole
from letters.models import TemplateDraft
from reviews.permissions import Desk


@dataclass(frozen=True)
class Waiting:
    """A draft, and whether the person may publish it."""

    draft: TemplateDraft
    may_publish: bool


def waiting(posts: Desk) -> list[Waiting]:
    """The drafts of the offices' designs, by code."""
    drafts = TemplateDraft.objects.filter(posts.where(office="office", programme="code"))
    return [
        Waiting(draft, posts.can(draft.office_id, draft.code, StaffRole.ADMINISTRATOR))
        for draft in drafts.order_by("code")
    ]
