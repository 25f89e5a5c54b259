"""Tables of the programs room."""

from programs.models.calendar import CalendarRevision, Holiday, HolidayKind
from programs.models.catalogue import (
    Evaluation,
    Figure,
    Programme,
    ProgrammeKind,
    ProgrammeVersion,
    Purpose,
    Verdict,
    VersionStatus,
)
from programs.models.changes import BooksCheck, ChangeKind, ChangeState, QuotaChange
from programs.models.goals import QuotaGoal
from programs.models.proposals import ProposalState, QuotaProposal
from programs.models.quota import ClaimState, LedgerRow, Movement, Pool, PoolClaim
from programs.models.sharing import SharedAnswer

__all__ = [
    "BooksCheck",
    "CalendarRevision",
    "ChangeKind",
    "ChangeState",
    "ClaimState",
    "Evaluation",
    "Figure",
    "Holiday",
    "HolidayKind",
    "LedgerRow",
    "Movement",
    "Pool",
    "PoolClaim",
    "Programme",
    "ProgrammeKind",
    "ProgrammeVersion",
    "ProposalState",
    "Purpose",
    "QuotaChange",
    "QuotaGoal",
    "QuotaProposal",
    "SharedAnswer",
    "Verdict",
    "VersionStatus",
]
