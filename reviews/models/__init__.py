"""The reviewing side of a case: who has it, what was found, what was decided."""

from reviews.models.decision import Decision, Objection, Outcome
from reviews.models.evaluation import Evaluator, Invitation, QuorumOverride, Score
from reviews.models.examination import Assignment, ChecklistMark, ClaimCheck

__all__ = [
    "Assignment",
    "ChecklistMark",
    "ClaimCheck",
    "Decision",
    "Evaluator",
    "Invitation",
    "Objection",
    "Outcome",
    "QuorumOverride",
    "Score",
]
