"""Offices, keys and storage of these tests' own; letters made by the real outbox."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings as configured

from accounts.models import Office, User
from audit import keyring
from letters import keys
from letters.models import Letter, SigningKey
from notifications import outbox
from tests.letters import samples


@pytest.fixture(scope="session")
def letter_keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The key folder of one invented installation: making it anew for each test costs too much."""
    return tmp_path_factory.mktemp("keys")


@pytest.fixture(autouse=True)
def _own_storage(settings, tmp_path, letter_keys):
    settings.STORAGES = {
        **configured.STORAGES,
        "sealed": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": tmp_path / "files"},
        },
    }
    keyring.data_keys()  # stays what it is: only letter keys are in the folder of these tests
    settings.KEYS_DIR = letter_keys


def _office(code: str, ko: str, en: str) -> Office:
    return Office.objects.create(code=code, name_ko=ko, name_en=en)


@pytest.fixture
def specimen_key(db) -> SigningKey:
    return keys.ensure_specimen_key()


@pytest.fixture
def kotra(specimen_key) -> Office:
    return _office("kotra", "대한무역투자진흥공사", "Korea Trade-Investment Promotion Agency")


@pytest.fixture
def gyeonggi(specimen_key) -> Office:
    return _office("gyeonggi", "경기도", "Gyeonggi Province")


@pytest.fixture
def officer(db) -> User:
    return User.objects.create_user(email="officer@example.kr", name="보기 담당")


@pytest.fixture
def issue(db) -> Callable[..., Letter]:
    """Reserve a letter and let the outbox make it: returns it as it then is."""

    def run(*args, **kwargs) -> Letter:
        letter = samples.reserve(*args, **kwargs)
        outbox.drain(topic="letters.make")
        letter.refresh_from_db()
        return letter

    return run
