"""Stored files in the admin: what they are, never their bytes."""

from django.contrib import admin

from audit.admin import ReadOnlyAdmin
from files.models import PageImage, Rendering, StoredFile, TextLayer


@admin.register(StoredFile)
class StoredFileAdmin(ReadOnlyAdmin):
    list_display = ("public_id", "content_type", "size", "pages", "scan_state", "created_at")
    list_filter = ("scan_state", "content_type")
    search_fields = ("=public_id",)
    ordering = ("-id",)


@admin.register(Rendering)
class RenderingAdmin(ReadOnlyAdmin):
    list_display = ("source", "outcome", "finished_at")
    list_filter = ("outcome",)
    list_select_related = ("source",)
    ordering = ("-id",)


@admin.register(PageImage)
class PageImageAdmin(ReadOnlyAdmin):
    list_display = ("source", "number", "width", "height")
    list_select_related = ("source",)
    ordering = ("-id",)


@admin.register(TextLayer)
class TextLayerAdmin(ReadOnlyAdmin):
    """Which pages have words, never the words."""

    list_display = ("source", "number")
    list_select_related = ("source",)
    fields = ("source", "number")
    ordering = ("-id",)
