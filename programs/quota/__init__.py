"""The quota: units of a scarce number, taken at sign-off and issued with the letter.

Every movement is one function here. Each locks pools by id, ascending, for the caller's
transaction, and moves claims, counters and ledger together; do nothing slow after it.
"""

from programs.quota.checking import PoolLine, register_letter_counter, snapshot
from programs.quota.movements import QuotaError
from programs.quota.moves import accept, decline, give_back, issue, offered_hooks, take
from programs.quota.sizes import ensure_pools, opening, resize

__all__ = [
    "PoolLine",
    "QuotaError",
    "accept",
    "decline",
    "ensure_pools",
    "give_back",
    "issue",
    "offered_hooks",
    "opening",
    "register_letter_counter",
    "resize",
    "snapshot",
    "take",
]
