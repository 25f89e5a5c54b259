from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PortalConfig(AppConfig):
    name = "portal"
    verbose_name = _("포털")

    def ready(self) -> None:
        from accounts import registry
        from portal import checks  # noqa: F401
        from portal.people import has_open_cases

        registry.open_cases.append(has_open_cases)
