from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "portal"
    verbose_name = "포털"

    def ready(self) -> None:
        from portal import checks  # noqa: F401
