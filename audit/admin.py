"""The admin looks and never writes: services change things, under their locks and with an event."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from audit.models import AccessLog, ChainHead, Event, EventSeal


class ReadOnlyAdmin(admin.ModelAdmin):
    """Base of every admin of a domain model."""

    actions = None
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest, *_: Any) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Event)
class EventAdmin(ReadOnlyAdmin):
    list_display = ("at", "name", "subject_type", "subject_id", "actor_kind", "actor")
    list_filter = ("actor_kind",)
    list_select_related = ("actor",)
    search_fields = ("=subject_id", "=name")
    ordering = ("-id",)


@admin.register(EventSeal)
class EventSealAdmin(ReadOnlyAdmin):
    list_display = ("place", "event", "hash")
    list_select_related = ("event",)
    ordering = ("-place",)


@admin.register(ChainHead)
class ChainHeadAdmin(ReadOnlyAdmin):
    list_display = ("day", "place", "hash", "key_id")
    ordering = ("-day",)


@admin.register(AccessLog)
class AccessLogAdmin(ReadOnlyAdmin):
    list_display = ("at", "user", "what", "subject_type", "subject_id", "address")
    list_select_related = ("user",)
    search_fields = ("=subject_id", "=what")
    ordering = ("-id",)
