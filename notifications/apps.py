from django.apps import AppConfig
from django.core import checks


class NotificationsConfig(AppConfig):
    name = "notifications"
    verbose_name = "알림"

    def ready(self) -> None:
        from notifications import mail, outbox
        from notifications.checks import topics_have_handlers

        outbox.expect(mail.TOPIC)
        outbox.register(mail.TOPIC, mail.send)
        checks.register(topics_have_handlers)
