"""What differs in tests: data of their own, plain static files, quick passwords, kept mails."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

# Before the settings are read: each test process has its own data and keys, and the processes
# that a test starts share those of the test.
PROCESS = os.environ.get("PYTEST_XDIST_WORKER", "main")
if os.environ.get("CHUCHEON_TEST_PROCESS") != PROCESS:
    os.environ["CHUCHEON_TEST_PROCESS"] = PROCESS
    # Crowds of threads share one busy machine here: a long wait is no fault of theirs.
    os.environ.setdefault("CHUCHEON_STATEMENT_TIMEOUT_MS", "120000")
    os.environ.setdefault("CHUCHEON_LOCK_TIMEOUT_MS", "120000")
    os.environ.setdefault("CHUCHEON_ASSETS", str(Path(__file__).parent.parent / "var" / "assets"))
    if PROCESS != "main":
        os.environ["CHUCHEON_VAR"] = f"{os.environ['CHUCHEON_VAR']}/{PROCESS}"
    elif "CHUCHEON_VAR" not in os.environ:
        os.environ["CHUCHEON_VAR"] = tempfile.mkdtemp(prefix="chucheon-tests-")
        atexit.register(shutil.rmtree, os.environ["CHUCHEON_VAR"], ignore_errors=True)

from config.settings import *
from config.settings import DATABASES, MIDDLEWARE, STORAGES, VAR_DIR

DEBUG = False
# A file, as in use: in memory there is neither WAL nor a second process.
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["TEST"] = {"NAME": str(VAR_DIR / "test.sqlite3")}
    # Tests kill processes, not the power supply.
    DATABASES["default"]["OPTIONS"]["init_command"] += "PRAGMA synchronous=OFF;"
# The manifest storage answers 404 to live_server, whose handler uses the finders.
STORAGES = {
    **STORAGES,
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
MIDDLEWARE = [name for name in MIDDLEWARE if "whitenoise" not in name]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
# Fault tests give the workers they start an application of their own (tests/faults/worker.py).
INSTALLED_APPS = [*INSTALLED_APPS, *env_list("CHUCHEON_EXTRA_APPS")]
if TESTING:
    # Hints go nowhere: tests run the outbox themselves. A worker started by a test is not pytest.
    CELERY_BROKER_URL = "memory://"
    CELERY_BROKER_TRANSPORT_OPTIONS = {}

# Whether this machine has a recogniser must not change what tests see.
FILES_OCR = ""
