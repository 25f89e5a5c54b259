"""Bring an installation to the state its code expects: the one way, for `make` and containers.

Each step looks whether there is anything to do, so running it again is cheap and safe.
"""

import hashlib
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.db.utils import OperationalError


class Command(BaseCommand):
    help = "Fetch assets, compile translations, migrate, load programmes, collect static files."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser):
        part = parser.add_mutually_exclusive_group()
        part.add_argument("--files", action="store_true", help="only what needs no database")
        part.add_argument("--data", action="store_true", help="only what needs the database")

    def handle(self, *args, files: bool = False, data: bool = False, **options):
        self.stderr.style_func = None  # progress is no error: no red
        if not data:
            self.call("fetch_assets")
            self.call("compile_locale")
            self.collect_static()
        if not files:
            require_services()
            self.call("migrate", interactive=False, verbosity=0)
            self.call("programs", "load")
            self.call("letters", "load_designs")
            if settings.DEMONSTRATION:
                self.call("letters", "dev_ca")
                self.call("demo_data")
                note_logins()

    def call(self, name: str, *args: str, **options) -> None:
        # Whatever a step prints is progress here, not a result.
        call_command(name, *args, stdout=self.stderr, stderr=self.stderr, **options)

    def collect_static(self) -> None:
        """Collect and compress the static files, if one of them changed since the last time."""
        stamp, wanted = Path(settings.STATIC_ROOT) / ".collected", static_fingerprint()
        if stamp.is_file() and stamp.read_text("utf-8") == wanted:
            self.stderr.write("static files: up to date")
            return
        self.call("collectstatic", interactive=False, clear=True, verbosity=0)
        stamp.write_text(wanted, "utf-8")
        self.stderr.write(f"static files: collected in {settings.STATIC_ROOT}")


def static_fingerprint() -> str:
    """Return a digest of the name, size and time of every static file, and of the storage."""
    digest = hashlib.sha256(repr(settings.STORAGES["staticfiles"]).encode())
    for finder in get_finders():
        for name, storage in sorted(finder.list([]), key=lambda found: found[0]):
            status = Path(storage.path(name)).stat()
            digest.update(f"{name} {status.st_size} {status.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def note_logins() -> None:
    """Leave the logins where `make run` reads them for its last line."""
    from portal.demo.people import DOMAIN, PASSWORD, PEOPLE

    names = ", ".join(person.login for person in PEOPLE)
    text = f"Sign in as one of {names} (each @{DOMAIN}, password {PASSWORD})."
    Path(settings.VAR_DIR, "logins.txt").write_text(text + "\n", "utf-8")


def require_services() -> None:
    """Raise CommandError, in one sentence, when the database or Redis does not answer."""
    answers(
        connection.ensure_connection,
        OperationalError,
        f"The database {place(connection.settings_dict)} cannot be reached (DATABASE_URL)",
    )
    if settings.REDIS_URL:
        import redis

        client = redis.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=5)
        answers(client.ping, redis.RedisError, "Redis cannot be reached (REDIS_URL)")


def answers(ask: Callable, wrong: type[Exception], sentence: str) -> None:
    try:
        ask()
    except wrong as reason:
        first = next(iter(str(reason).strip().splitlines()), type(reason).__name__)
        raise CommandError(f"{sentence}: {first}") from reason


def place(where: dict) -> str:
    """Where a database is, without its password."""
    address = ":".join(str(where[part]) for part in ("HOST", "PORT") if where.get(part))
    return f"{where['NAME']} at {address}" if address else str(where["NAME"])
