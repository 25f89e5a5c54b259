from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ApplicationsConfig(AppConfig):
    name = "applications"
    verbose_name = _("신청")

    def ready(self) -> None:
        from django.db.models.signals import post_save

        from accounts.models import Company
        from applications import checks, completeness, selectors, workflow  # noqa: F401
        from applications.models import Candidate
        from applications.models.clock import HELD_CASE, OVERLAPPING
        from applications.services import (  # noqa: F401
            aftermath_words,
            delivery,
            exclusions,
            notices,
            own_change,
            recalculation,
            search,
            supplement,
        )
        from applications.stages import Stage
        from audit.triggers import append_only, refuse_rows
        from notifications import outbox
        from programs import calendar
        from programs import registry as catalogue_names

        append_only("applications_duechange", allow_delete=True)
        append_only("applications_visareport", allow_delete=True)
        refuse_rows(
            "applications_clocksegment",
            name="overlap",
            columns=("application_id", "from_on", "until_on"),
            exists=OVERLAPPING,
            lock=HELD_CASE,
        )
        outbox.register(calendar.TOPIC_CHANGED, recalculation.run)
        # Whoever saves a name: the row that finds the case follows in the same transaction.
        post_save.connect(search.candidate_saved, sender=Candidate, dispatch_uid="search.candidate")
        post_save.connect(search.company_saved, sender=Company, dispatch_uid="search.company")
        workflow.on("submit", search.keep_received)
        outbox.register(notices.TOPIC, notices.deliver)
        outbox.register(aftermath_words.TOPIC, aftermath_words.deliver)
        catalogue_names.register("stage", lambda: Stage.values)
        catalogue_names.describe_subjects(selectors.receipts)
