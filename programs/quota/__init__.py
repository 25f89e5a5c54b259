"""The quota: units of a scarce number, taken at sign-off and issued with the letter.

Every movement is one function here. Each locks pools by id, ascending, for the caller's
transaction, and moves claims, counters and ledger together; do nothing slow after it.
"""

from programs.quota.changes import approve_change, propose_change, reject_change
from programs.quota.checking import PoolLine, one_snapshot, register_letter_counter, snapshot
from programs.quota.lapsing import accept_by, lapse, overdue
from programs.quota.loading import ensure_pools
from programs.quota.movements import QuotaError
from programs.quota.moves import (
    accept,
    decline,
    give_back,
    issue,
    live_claim,
    offered_hooks,
    pools_for,
    take,
)
from programs.quota.proposals import confirm, reject
from programs.quota.sizes import opening, opening_of_register, resize

__all__ = [
    "PoolLine",
    "QuotaError",
    "accept",
    "accept_by",
    "approve_change",
    "confirm",
    "decline",
    "ensure_pools",
    "give_back",
    "issue",
    "lapse",
    "live_claim",
    "offered_hooks",
    "one_snapshot",
    "opening",
    "opening_of_register",
    "overdue",
    "pools_for",
    "propose_change",
    "register_letter_counter",
    "reject",
    "reject_change",
    "resize",
    "snapshot",
    "take",
]
