"""The admin looks at the reviewing side's tables and changes none of them."""

from django.contrib import admin

from audit.admin import ReadOnlyAdmin
from reviews.models import (
    Absence,
    Assignment,
    ChecklistMark,
    ClaimCheck,
    Comparison,
    Decision,
    DecisionStep,
    DeclaredBefore,
    DocumentCheck,
    Evaluator,
    EvidenceFile,
    Inquiry,
    Institution,
    Invitation,
    MailDomain,
    Objection,
    Panel,
    PanelMember,
    QuorumOverride,
    Recognised,
    Score,
)


@admin.register(Assignment)
class AssignmentAdmin(ReadOnlyAdmin):
    list_display = ("application", "assignee", "assigned_at", "why", "ended_at")
    list_select_related = ("application", "assignee")
    search_fields = ("=application__receipt_no",)
    ordering = ("-assigned_at", "-pk")


@admin.register(Recognised)
class RecognisedAdmin(ReadOnlyAdmin):
    list_display = ("stored", "edition", "made_at")
    list_select_related = ("stored",)
    exclude = ("found",)
    ordering = ("-pk",)


@admin.register(ChecklistMark)
class ChecklistMarkAdmin(ReadOnlyAdmin):
    list_display = ("application", "code", "finding", "marked_by", "marked_at")
    list_select_related = ("application", "marked_by")
    list_filter = ("finding",)
    search_fields = ("=application__receipt_no",)
    ordering = ("-marked_at", "-pk")


@admin.register(ClaimCheck)
class ClaimCheckAdmin(ReadOnlyAdmin):
    list_display = ("claim", "verdict", "method", "checked_by", "checked_at")
    list_select_related = ("claim", "checked_by")
    list_filter = ("verdict", "method")
    search_fields = ("=claim__application__receipt_no",)
    ordering = ("-checked_at", "-pk")


@admin.register(Decision)
class DecisionAdmin(ReadOnlyAdmin):
    list_display = (
        "application",
        "outcome",
        "drafted_by",
        "drafted_at",
        "signed_off_by",
        "signed_off_at",
        "ended_at",
    )
    list_select_related = ("application", "drafted_by", "signed_off_by")
    list_filter = ("outcome",)
    search_fields = ("=application__receipt_no",)
    ordering = ("-drafted_at", "-pk")


@admin.register(DecisionStep)
class DecisionStepAdmin(ReadOnlyAdmin):
    list_display = ("decision", "place", "code", "done_by", "done_at")
    list_select_related = ("decision__application", "done_by")
    ordering = ("-done_at", "-pk")


@admin.register(Objection)
class ObjectionAdmin(ReadOnlyAdmin):
    list_display = ("decision", "filed_at", "due_on", "upheld", "decided_by")
    list_select_related = ("decision__application", "decided_by")
    ordering = ("-filed_at", "-pk")


@admin.register(Evaluator)
class EvaluatorAdmin(ReadOnlyAdmin):
    list_display = ("user", "institution", "active")
    list_select_related = ("user",)
    list_filter = ("active",)
    ordering = ("user__name", "pk")


@admin.register(Invitation)
class InvitationAdmin(ReadOnlyAdmin):
    list_display = ("application", "evaluator", "state", "due_on", "submitted_at")
    list_select_related = ("application", "evaluator__user")
    list_filter = ("state",)
    search_fields = ("=application__receipt_no",)
    ordering = ("-invited_at", "-pk")


@admin.register(QuorumOverride)
class QuorumOverrideAdmin(ReadOnlyAdmin):
    list_display = ("application", "lead", "at")
    list_select_related = ("application", "lead")
    ordering = ("-at", "-pk")


@admin.register(Score)
class ScoreAdmin(ReadOnlyAdmin):
    list_display = ("invitation", "criterion", "hundredths")
    list_select_related = ("invitation__application", "invitation__evaluator__user")
    ordering = ("-pk",)


@admin.register(DocumentCheck)
class DocumentCheckAdmin(ReadOnlyAdmin):
    list_display = ("document", "finding", "checked_by", "checked_at")
    list_select_related = ("document", "checked_by")
    list_filter = ("finding",)
    ordering = ("-checked_at", "-pk")


@admin.register(Absence)
class AbsenceAdmin(ReadOnlyAdmin):
    list_display = ("user", "from_on", "until_on")
    list_select_related = ("user",)
    ordering = ("-until_on", "-pk")


@admin.register(DeclaredBefore)
class DeclaredBeforeAdmin(ReadOnlyAdmin):
    """Which requests have one, never what it says."""

    list_display = ("request",)
    list_select_related = ("request",)
    fields = ("request",)
    ordering = ("-pk",)


@admin.register(Institution)
class InstitutionAdmin(ReadOnlyAdmin):
    list_display = ("name", "kind", "office", "email", "last_used_at")
    list_select_related = ("office",)
    list_filter = ("kind",)
    search_fields = ("name",)
    ordering = ("name", "pk")


@admin.register(Inquiry)
class InquiryAdmin(ReadOnlyAdmin):
    list_display = ("reference", "institution", "state", "sent_at", "due_on", "reminders")
    list_select_related = ("institution",)
    list_filter = ("state",)
    search_fields = ("=reference", "=application__receipt_no")
    ordering = ("-drafted_at", "-pk")


@admin.register(EvidenceFile)
class EvidenceFileAdmin(ReadOnlyAdmin):
    list_display = ("application", "stored", "shown_to_company", "uploaded_by", "uploaded_at")
    list_select_related = ("application", "stored", "uploaded_by")
    search_fields = ("=application__receipt_no",)
    ordering = ("-uploaded_at", "-pk")


@admin.register(Comparison)
class ComparisonAdmin(ReadOnlyAdmin):
    list_display = ("evaluation",)
    list_select_related = ("evaluation",)
    ordering = ("-pk",)


@admin.register(Panel)
class PanelAdmin(ReadOnlyAdmin):
    list_display = ("name", "programme", "created_at", "retired_at")
    list_select_related = ("programme",)
    ordering = ("programme", "name", "pk")


@admin.register(PanelMember)
class PanelMemberAdmin(ReadOnlyAdmin):
    list_display = ("panel", "evaluator", "added_at")
    list_select_related = ("panel", "evaluator__user")
    ordering = ("panel", "pk")


@admin.register(MailDomain)
class MailDomainAdmin(ReadOnlyAdmin):
    list_display = ("domain", "office", "public", "changed_at")
    list_select_related = ("office",)
    ordering = ("domain", "pk")
