"""Letters, numbers, keys and seals in the admin: to look at, with nothing about the person."""

from django.contrib import admin

from audit.admin import ReadOnlyAdmin
from letters.models import (
    Bundle,
    Ending,
    Letter,
    LetterFile,
    OfficeSeal,
    OwnDraft,
    Series,
    SigningKey,
    TemplateDraft,
    TemplateVersion,
    TimestampCertificate,
)


@admin.register(Letter)
class LetterAdmin(ReadOnlyAdmin):
    list_display = ("number", "kind", "state", "specimen", "office", "issue_date", "delivered_at")
    list_filter = ("state", "kind", "specimen", "office")
    list_select_related = ("office",)
    search_fields = ("=number", "=subject")
    exclude = ("inputs", "token", "birth_digest")
    ordering = ("-reserved_at", "-id")


@admin.register(LetterFile)
class LetterFileAdmin(ReadOnlyAdmin):
    list_display = ("letter", "revision", "sha256", "size", "key", "made_at", "proved_at")
    list_select_related = ("letter", "key")
    search_fields = ("=sha256", "=letter__number")
    ordering = ("-id",)


@admin.register(Series)
class SeriesAdmin(ReadOnlyAdmin):
    list_display = ("name", "year", "office", "last")
    list_select_related = ("office",)
    ordering = ("-year", "name")


@admin.register(TemplateVersion)
class TemplateVersionAdmin(ReadOnlyAdmin):
    list_display = ("code", "version", "office", "content_hash", "published_at", "published_by")
    list_select_related = ("published_by", "office")
    ordering = ("code", "-version")


@admin.register(TemplateDraft)
class TemplateDraftAdmin(ReadOnlyAdmin):
    list_display = ("code", "office", "content_hash", "brought_at")
    list_select_related = ("office",)
    ordering = ("code",)


@admin.register(OwnDraft)
class OwnDraftAdmin(ReadOnlyAdmin):
    list_display = ("code", "office", "content_hash", "saved_at", "saved_by")
    list_select_related = ("office", "saved_by")
    ordering = ("code",)


@admin.register(SigningKey)
class SigningKeyAdmin(ReadOnlyAdmin):
    list_display = ("key_id", "production", "office", "not_after", "retired_at", "registered_by")
    list_select_related = ("office", "registered_by")
    ordering = ("-registered_at",)


@admin.register(OfficeSeal)
class OfficeSealAdmin(ReadOnlyAdmin):
    list_display = ("office", "registered_at", "registered_by", "retired_at")
    list_select_related = ("office", "registered_by")
    ordering = ("-registered_at",)


@admin.register(Ending)
class EndingAdmin(ReadOnlyAdmin):
    """Who proposed what and who confirmed it, never what it says of a person."""

    list_display = ("letter", "kind", "state", "proposed_by", "proposed_at", "closed_by")
    list_filter = ("kind", "state")
    list_select_related = ("letter", "proposed_by", "closed_by")
    search_fields = ("=letter__number",)
    exclude = ("corrections",)
    ordering = ("-id",)


@admin.register(Bundle)
class BundleAdmin(ReadOnlyAdmin):
    list_display = ("public_id", "office", "count", "state", "asked_by", "asked_at", "expires_at")
    list_filter = ("state", "office")
    list_select_related = ("office", "asked_by")
    ordering = ("-id",)


@admin.register(TimestampCertificate)
class TimestampCertificateAdmin(ReadOnlyAdmin):
    list_display = ("fingerprint", "first_used_at")
    ordering = ("-first_used_at",)
