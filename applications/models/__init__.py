"""The case and everything the applicant declares or sends for it."""

from applications.models.case import (
    Application,
    CandidateLink,
    QueueRow,
    ReceiptSeries,
    StageChange,
)
from applications.models.clock import (
    ClockReason,
    ClockSegment,
    DueCause,
    DueChange,
    PeriodExtension,
)
from applications.models.declared import Candidate, Claim, Document, SectionVersion
from applications.models.search import SearchRow
from applications.models.supplement import SupplementItem, SupplementRequest

__all__ = [
    "Application",
    "Candidate",
    "CandidateLink",
    "Claim",
    "ClockReason",
    "ClockSegment",
    "Document",
    "DueCause",
    "DueChange",
    "PeriodExtension",
    "QueueRow",
    "ReceiptSeries",
    "SearchRow",
    "SectionVersion",
    "StageChange",
    "SupplementItem",
    "SupplementRequest",
]
