from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from audit.triggers import append_only


class FilesConfig(AppConfig):
    name = "files"
    verbose_name = _("파일")

    def ready(self) -> None:
        from files import rendering, services
        from notifications import outbox

        outbox.register(services.TOPIC_RENDER, rendering.deliver)
        append_only("files_storedfile", may_change=("scan_state", "scanned_at"), allow_delete=True)
