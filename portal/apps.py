from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PortalConfig(AppConfig):
    name = "portal"
    verbose_name = _("포털")

    def ready(self) -> None:
        from django.db.models.signals import post_delete, post_save

        from accounts import registry
        from accounts.models import Office
        from portal import checks  # noqa: F401
        from portal.context import forget_offices
        from portal.people import has_open_cases

        registry.open_cases.append(has_open_cases)
        for written in (post_save, post_delete):
            written.connect(forget_offices, sender=Office, dispatch_uid="forget-offices")
