"""The case and everything the applicant declares or sends for it."""

from applications.models.case import (
    Application,
    CandidateLink,
    ClockSegment,
    QueueRow,
    ReceiptSeries,
    StageChange,
)
from applications.models.declared import Candidate, Claim, Document, SectionVersion
from applications.models.supplement import SupplementItem, SupplementRequest

__all__ = [
    "Application",
    "Candidate",
    "CandidateLink",
    "Claim",
    "ClockSegment",
    "Document",
    "QueueRow",
    "ReceiptSeries",
    "SectionVersion",
    "StageChange",
    "SupplementItem",
    "SupplementRequest",
]
