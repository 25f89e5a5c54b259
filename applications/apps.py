from django.apps import AppConfig


class ApplicationsConfig(AppConfig):
    name = "applications"
    verbose_name = "신청"

    def ready(self) -> None:
        from applications import checks, completeness  # noqa: F401
        from applications.services import notices, supplement  # noqa: F401
        from applications.stages import Stage
        from notifications import outbox
        from programs import registry as catalogue_names

        outbox.register(notices.TOPIC, notices.deliver)
        catalogue_names.register("stage", lambda: Stage.values)
