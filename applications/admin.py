"""Read-only lists for operators. What the candidate said stays sealed: no identifier is shown."""

from django.contrib import admin

from applications.models import (
    Application,
    BufferedDocument,
    BufferedSection,
    Candidate,
    CandidateLink,
    Claim,
    ClockSegment,
    Document,
    FigureRow,
    FollowUp,
    QueueRow,
    ReceiptSeries,
    SectionVersion,
    StageChange,
    SupplementDelivery,
    SupplementExtension,
    SupplementItem,
    SupplementRequest,
    VisaReport,
)
from audit.admin import ReadOnlyAdmin


@admin.register(Application)
class ApplicationAdmin(ReadOnlyAdmin):
    list_display = ("receipt_no", "programme", "company", "stage", "stage_since", "due_on")
    list_filter = ("stage", "programme", "office")
    list_select_related = ("programme", "company")
    search_fields = ("=receipt_no", "=public_id", "company__name_ko")
    ordering = ("-id",)


@admin.register(Candidate)
class CandidateAdmin(ReadOnlyAdmin):
    list_display = ("application", "nationality", "in_korea", "language")
    list_select_related = ("application",)
    fields = ("application", "nationality", "in_korea", "status_of_stay", "language")
    ordering = ("-id",)


@admin.register(Claim)
class ClaimAdmin(ReadOnlyAdmin):
    list_display = ("application", "kind", "position")
    list_filter = ("kind",)
    list_select_related = ("application",)
    fields = ("application", "kind", "position")
    ordering = ("-id",)


@admin.register(Document)
class DocumentAdmin(ReadOnlyAdmin):
    list_display = ("application", "code", "part", "uploaded_by", "uploaded_at", "replaced_at")
    list_filter = ("code",)
    list_select_related = ("application", "uploaded_by")
    ordering = ("-id",)


@admin.register(SupplementRequest)
class SupplementRequestAdmin(ReadOnlyAdmin):
    list_display = ("application", "round", "requested_by", "requested_at", "due_on", "closed_at")
    list_filter = ("closed_because",)
    list_select_related = ("application", "requested_by")
    ordering = ("-id",)


@admin.register(SupplementItem)
class SupplementItemAdmin(ReadOnlyAdmin):
    list_display = ("request", "position", "document_code", "optional", "sent_at", "verdict")
    exclude = ("answer",)
    list_select_related = ("request__application",)
    ordering = ("-id",)


@admin.register(SupplementExtension)
class SupplementExtensionAdmin(ReadOnlyAdmin):
    list_display = ("request", "number", "state", "asked_at", "until", "due_after")
    list_filter = ("state",)
    list_select_related = ("request__application",)
    ordering = ("-id",)


@admin.register(SupplementDelivery)
class SupplementDeliveryAdmin(ReadOnlyAdmin):
    list_display = ("request", "attempt", "made_at", "failed_at", "how")
    list_filter = ("how",)
    list_select_related = ("request__application",)
    fields = ("request", "attempt", "made_at", "failed_at", "how", "recorded_by")
    ordering = ("-id",)


@admin.register(BufferedSection)
class BufferedSectionAdmin(ReadOnlyAdmin):
    list_display = ("request", "saved_at")
    list_select_related = ("request__application",)
    fields = ("request", "saved_at")
    ordering = ("-id",)


@admin.register(BufferedDocument)
class BufferedDocumentAdmin(ReadOnlyAdmin):
    list_display = ("request", "code", "part", "uploaded_at", "dropped_at")
    list_select_related = ("request__application",)
    fields = ("request", "code", "part", "uploaded_at", "dropped_at")
    ordering = ("-id",)


@admin.register(QueueRow)
class QueueRowAdmin(ReadOnlyAdmin):
    list_display = ("application", "stage", "due_on", "urgency", "parked", "assignee")
    list_filter = ("stage", "parked", "office")
    list_select_related = ("application", "assignee")
    ordering = ("due_on", "application")


@admin.register(FigureRow)
class FigureRowAdmin(ReadOnlyAdmin):
    list_display = ("application", "programme", "received_on", "settled_on", "outcome")
    list_filter = ("outcome", "office")
    list_select_related = ("application", "programme")
    ordering = ("-application",)


@admin.register(ClockSegment)
class ClockSegmentAdmin(ReadOnlyAdmin):
    list_display = ("application", "reason", "from_on", "until_on")
    list_select_related = ("application",)
    ordering = ("-id",)


@admin.register(StageChange)
class StageChangeAdmin(ReadOnlyAdmin):
    list_display = ("application", "transition", "from_stage", "to_stage", "actor", "at")
    list_filter = ("transition",)
    list_select_related = ("application", "actor")
    ordering = ("-id",)


@admin.register(ReceiptSeries)
class ReceiptSeriesAdmin(ReadOnlyAdmin):
    list_display = ("programme", "year", "last")
    list_select_related = ("programme",)
    ordering = ("-year", "programme")


@admin.register(CandidateLink)
class CandidateLinkAdmin(ReadOnlyAdmin):
    list_display = ("application", "created_at", "expires_at", "revoked_at", "failures")
    list_select_related = ("application",)
    exclude = ("token_digest",)
    ordering = ("-id",)


@admin.register(SectionVersion)
class SectionVersionAdmin(ReadOnlyAdmin):
    list_display = ("application", "section", "number", "saved_by", "saved_at")
    list_select_related = ("application", "saved_by")
    exclude = ("unfinished", "page")
    ordering = ("-id",)


@admin.register(VisaReport)
class VisaReportAdmin(ReadOnlyAdmin):
    list_display = ("application", "outcome", "decided_on", "entered_on", "reported_at")
    list_filter = ("outcome",)
    list_select_related = ("application",)
    exclude = ("words",)
    ordering = ("-id",)


@admin.register(FollowUp)
class FollowUpAdmin(ReadOnlyAdmin):
    list_display = ("application", "code", "due_on", "remind_on", "done_on", "ended_because")
    list_filter = ("code",)
    list_select_related = ("application",)
    ordering = ("-id",)
