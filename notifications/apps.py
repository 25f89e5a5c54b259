from django.apps import AppConfig
from django.core import checks
from django.utils.translation import gettext_lazy as _


class NotificationsConfig(AppConfig):
    name = "notifications"
    verbose_name = _("알림")

    def ready(self) -> None:
        from notifications import mail, outbox
        from notifications.checks import topics_have_handlers

        outbox.expect(mail.TOPIC)
        outbox.register(mail.TOPIC, mail.send)
        checks.register(topics_have_handlers)
