"""The reviewing side of a case: who has it, what was found, what was decided."""

from reviews.models.assigning import AssignmentRule, Conflict, ReviewerProfile
from reviews.models.correction import DataCorrection
from reviews.models.decision import Decision, DecisionStep, Objection, Outcome
from reviews.models.evaluation import Evaluator, Invitation, QuorumOverride, Score
from reviews.models.examination import Assignment, ChecklistMark, ClaimCheck, DocumentCheck
from reviews.models.panel import MailDomain, Panel, PanelMember
from reviews.models.recognised import Recognised
from reviews.models.returning import Absence, DeclaredBefore
from reviews.models.saved_views import SavedView
from reviews.models.validation import Comparison, EvidenceFile, Inquiry, Institution

__all__ = [
    "Absence",
    "Assignment",
    "AssignmentRule",
    "ChecklistMark",
    "ClaimCheck",
    "Comparison",
    "Conflict",
    "DataCorrection",
    "Decision",
    "DecisionStep",
    "DeclaredBefore",
    "DocumentCheck",
    "Evaluator",
    "EvidenceFile",
    "Inquiry",
    "Institution",
    "Invitation",
    "MailDomain",
    "Objection",
    "Outcome",
    "Panel",
    "PanelMember",
    "QuorumOverride",
    "Recognised",
    "ReviewerProfile",
    "SavedView",
    "Score",
]
