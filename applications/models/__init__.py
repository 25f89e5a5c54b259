"""The case and everything the applicant declares or sends for it."""

from applications.models.aftermath import FollowUp, VisaOutcome, VisaReport
from applications.models.buffer import BufferedDocument, BufferedSection
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
from applications.models.figures import FigureRow, Settled
from applications.models.search import SearchRow
from applications.models.supplement import (
    Demand,
    SupplementDelivery,
    SupplementExtension,
    SupplementItem,
    SupplementRequest,
)

__all__ = [
    "Application",
    "BufferedDocument",
    "BufferedSection",
    "Candidate",
    "CandidateLink",
    "Claim",
    "ClockReason",
    "ClockSegment",
    "Demand",
    "Document",
    "DueCause",
    "DueChange",
    "FigureRow",
    "FollowUp",
    "PeriodExtension",
    "QueueRow",
    "ReceiptSeries",
    "SearchRow",
    "SectionVersion",
    "Settled",
    "StageChange",
    "SupplementDelivery",
    "SupplementExtension",
    "SupplementItem",
    "SupplementRequest",
    "VisaOutcome",
    "VisaReport",
]
