from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = _("사람과 기관")

    def ready(self) -> None:
        from django.core import checks

        from accounts.registry import someone_knows_the_cases
        from accounts.services.offices import TOPIC_ENDED
        from notifications import outbox

        outbox.expect(TOPIC_ENDED)
        checks.register(someone_knows_the_cases)
