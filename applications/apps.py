from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ApplicationsConfig(AppConfig):
    name = "applications"
    verbose_name = _("신청")

    def ready(self) -> None:
        from applications import checks, completeness, selectors  # noqa: F401
        from applications.services import exclusions, notices, recalculation, supplement  # noqa: F401
        from applications.stages import Stage
        from audit.triggers import append_only
        from notifications import outbox
        from programs import calendar
        from programs import registry as catalogue_names

        append_only("applications_duechange", allow_delete=True)
        outbox.register(calendar.TOPIC_CHANGED, recalculation.run)
        outbox.register(notices.TOPIC, notices.deliver)
        catalogue_names.register("stage", lambda: Stage.values)
        catalogue_names.describe_subjects(selectors.receipts)
