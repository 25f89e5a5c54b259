"""A sealed storage of each test's own."""

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def disk(tmp_path, settings) -> Path:
    folder = tmp_path / "sealed"
    settings.STORAGES = {
        **settings.STORAGES,
        "sealed": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": folder, "file_permissions_mode": 0o600},
        },
    }
    return folder
