"""Stored files in the admin: what they are, never their bytes."""

from django.contrib import admin

from audit.admin import ReadOnlyAdmin
from files.models import StoredFile


@admin.register(StoredFile)
class StoredFileAdmin(ReadOnlyAdmin):
    list_display = ("public_id", "content_type", "size", "pages", "scan_state", "created_at")
    list_filter = ("scan_state", "content_type")
    search_fields = ("=public_id",)
    ordering = ("-id",)
