"""The catalogue, quota and calendar in the admin, to be looked at: services change them."""

from django.contrib import admin

from audit.admin import ReadOnlyAdmin
from programs.models import (
    CalendarRevision,
    Evaluation,
    Figure,
    Holiday,
    LedgerRow,
    Pool,
    PoolClaim,
    Programme,
    ProgrammeVersion,
    QuotaGoal,
    QuotaProposal,
)


@admin.register(Programme)
class ProgrammeAdmin(ReadOnlyAdmin):
    list_display = ("slug", "name", "kind", "office")
    list_select_related = ("office",)
    ordering = ("slug",)


@admin.register(ProgrammeVersion)
class ProgrammeVersionAdmin(ReadOnlyAdmin):
    list_display = ("programme", "label", "status", "effective_from", "effective_to", "loaded_at")
    list_select_related = ("programme",)
    list_filter = ("status",)
    ordering = ("programme__slug", "effective_from")


@admin.register(Figure)
class FigureAdmin(ReadOnlyAdmin):
    list_display = ("key", "value", "unit", "valid_from", "valid_to", "assumed")
    list_filter = ("key", "assumed")
    ordering = ("key", "valid_from")


@admin.register(Evaluation)
class EvaluationAdmin(ReadOnlyAdmin):
    """Without the facts: they are about a person, and this page asks no reason for looking."""

    list_display = ("at", "version", "subject", "purpose", "on", "verdict", "actor")
    list_select_related = ("version__programme", "actor")
    list_filter = ("purpose", "verdict")
    search_fields = ("=subject",)
    exclude = ("facts", "tree")
    ordering = ("-id",)


@admin.register(Pool)
class PoolAdmin(ReadOnlyAdmin):
    list_display = ("programme", "period_code", "path", "size", "held", "issued")
    list_select_related = ("programme",)
    ordering = ("programme__slug", "period_code", "path")


@admin.register(QuotaGoal)
class QuotaGoalAdmin(ReadOnlyAdmin):
    list_display = ("pool", "number", "due_on", "set_by", "ended_at")
    list_select_related = ("pool__programme", "set_by")
    ordering = ("-pk",)


@admin.register(PoolClaim)
class PoolClaimAdmin(ReadOnlyAdmin):
    list_display = ("subject", "leaf", "state", "opened_at", "changed_at")
    list_select_related = ("leaf__programme",)
    list_filter = ("state",)
    search_fields = ("=subject",)
    ordering = ("-id",)


@admin.register(LedgerRow)
class LedgerRowAdmin(ReadOnlyAdmin):
    list_display = ("at", "pool", "kind", "delta_size", "delta_held", "delta_issued", "actor")
    list_select_related = ("pool__programme", "actor")
    list_filter = ("kind",)
    ordering = ("-id",)


@admin.register(CalendarRevision)
class CalendarRevisionAdmin(ReadOnlyAdmin):
    list_display = ("number", "years", "source", "at", "actor")
    list_select_related = ("actor",)
    ordering = ("-number",)


@admin.register(Holiday)
class HolidayAdmin(ReadOnlyAdmin):
    list_display = ("date", "name_ko", "name_en", "kind", "added_in", "removed_in")
    list_select_related = ("added_in", "removed_in")
    list_filter = ("kind",)
    ordering = ("date",)


@admin.register(QuotaProposal)
class QuotaProposalAdmin(ReadOnlyAdmin):
    list_display = ("programme", "period_code", "version", "state", "created_at", "closed_at")
    list_select_related = ("programme", "version__programme")
    list_filter = ("state",)
    ordering = ("-pk",)
