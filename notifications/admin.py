"""The outbox and its mails in the admin, to be looked at."""

from django.contrib import admin

from audit.admin import ReadOnlyAdmin
from notifications.models import Alert, Mail, OutboxRow


@admin.register(OutboxRow)
class OutboxRowAdmin(ReadOnlyAdmin):
    list_display = ("topic", "key", "queue", "due_at", "attempts", "done_at", "failed_at")
    list_filter = ("queue",)
    search_fields = ("=topic", "=key")
    ordering = ("-id",)


@admin.register(Alert)
class AlertAdmin(ReadOnlyAdmin):
    list_display = ("opened_at", "kind", "row", "closed_at")
    list_filter = ("kind",)
    list_select_related = ("row",)


@admin.register(Mail)
class MailAdmin(ReadOnlyAdmin):
    list_display = ("created_at", "to", "subject", "sent_at")
    search_fields = ("=to",)
    ordering = ("-id",)
