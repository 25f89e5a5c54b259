from typing import Any

from django.apps import AppConfig
from django.core import checks
from django.db import connections
from django.db.models.signals import post_migrate, pre_migrate
from django.utils.translation import gettext_lazy as _

from audit.triggers import append_only, make_way, put_back

ACCESS_LOG_DAYS = 2 * 365 + 1


def protect(*, using: str, **_: Any) -> None:
    put_back(connections[using])


def step_aside(*, using: str, plan: Any, **_: Any) -> None:
    if plan:
        make_way(connections[using])


class AuditConfig(AppConfig):
    name = "audit"
    verbose_name = _("감사")

    def ready(self) -> None:
        from audit.checks import keys_present, triggers_in_force

        append_only("audit_event")
        append_only("audit_eventnote", allow_delete=True)
        append_only("audit_eventseal")
        append_only("audit_chainhead")
        append_only("audit_accesslog", delete_after=("at", ACCESS_LOG_DAYS))
        pre_migrate.connect(step_aside, sender=self, dispatch_uid="audit.step_aside")
        # By now every room's tables are there: signals follow the whole migration.
        post_migrate.connect(protect, sender=self, dispatch_uid="audit.protect")
        checks.register(triggers_in_force, checks.Tags.database)
        checks.register(keys_present, checks.Tags.security, deploy=True)
