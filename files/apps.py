from django.apps import AppConfig

from audit.triggers import append_only


class FilesConfig(AppConfig):
    name = "files"
    verbose_name = "파일"

    def ready(self) -> None:
        append_only("files_storedfile", may_change=("scan_state", "scanned_at"), allow_delete=True)
