from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ProgramsConfig(AppConfig):
    name = "programs"
    verbose_name = _("프로그램")

    def ready(self) -> None:
        from audit.triggers import append_only
        from notifications import outbox
        from programs import checks  # noqa: F401
        from programs.quota import nightly

        outbox.register(nightly.TOPIC_WRONG, nightly.mail_wrong)
        append_only("programs_ledgerrow")
        append_only("programs_calendarrevision")
        append_only("programs_holiday", may_change=("removed_in_id",))
