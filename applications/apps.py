from django.apps import AppConfig


class ApplicationsConfig(AppConfig):
    name = "applications"
    verbose_name = "신청"

    def ready(self) -> None:
        from applications import checks, completeness  # noqa: F401
        from applications.services import notices, supplement  # noqa: F401
        from notifications import outbox

        outbox.register(notices.TOPIC, notices.deliver)
