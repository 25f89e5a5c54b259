"""Programmes whose approval line differs from the shipped ones'."""

from typing import Any

from programs.document import text_hash
from programs.models import ProgrammeVersion

REVIEW = {"code": "review", "names": {"ko": "검토", "en": "Review"}, "by": "lead"}


def with_approval(slug: str, **approval: Any) -> None:
    """Give every version of a programme this `approval`, as a corrected file would."""
    for version in ProgrammeVersion.objects.filter(programme__slug=slug):
        version.document = {**version.document, "approval": {"assumed": True, **approval}}
        version.text_hash = text_hash(version.document)
        version.save(update_fields=["document", "text_hash"])
