"""Real Celery workers on a test's own database and broker, to be killed.

    with Stage(tmp_path, broker=redis_url or "") as stage:
        worker = stage.start_worker()
        ... wait_until(lambda: condition, 20)
        worker.kill()                       # kill -9, the whole process group

The worker reads `config.settings_test`, with DATABASE_URL naming pytest's test database (so the
test must be `django_db(transaction=True)`), the test's own data folder and keys, the broker given
here, and CHUCHEON_EXTRA_APPS, which only the test settings read. With `beat=True` the schedule
runs inside it: the sweeper is what brings a killed row back.
"""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Self
from urllib.parse import quote

from django.conf import settings
from django.db import connection

from tests.services import die_with_parent

ROOT = Path(__file__).resolve().parents[2]
APP = "tests.faults.app.apps.FaultsConfig"


class Worker:
    """A worker's process group."""

    def __init__(self, process: subprocess.Popen, log: Path) -> None:
        self.process = process
        self.log = log

    def kill(self) -> None:
        """kill -9: the worker, its children and its beat, in whatever they were doing."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(10)

    def stop(self) -> None:
        """Ask it to finish what it has in hand, and end it."""
        self.process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(15)
        self.kill()

    def words(self) -> str:
        return self.log.read_text(errors="replace")


class Stage:
    """A broker, a data folder and the workers started on them; all are gone at the end."""

    def __init__(self, folder: Path, *, broker: str = "") -> None:
        """`broker` is a Redis URL; empty is the filesystem transport."""
        self.folder = folder
        self.broker = broker
        self.steps = folder / "steps"
        self.steps.mkdir()
        # What an earlier test's dead workers left in the filesystem broker.
        shutil.rmtree(settings.VAR_DIR / "broker", ignore_errors=True)
        self.workers: list[Worker] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for worker in self.workers:
            worker.kill()

    def start_worker(
        self,
        queues: Sequence[str] = ("default",),
        env: dict[str, str] | None = None,
        *,
        beat: bool = True,
        concurrency: int = 2,
    ) -> Worker:
        """Start a worker (prefork, as in production) and return at once."""
        number = len(self.workers)
        command = [sys.executable, "-m", "celery", "--quiet", "-A", "config", "worker"]
        command += ["--queues", ",".join(queues), "--concurrency", str(concurrency)]
        command += ["--hostname", f"test{number}@%h", "--loglevel", "WARNING"]
        command += ["--without-gossip", "--without-mingle", "--without-heartbeat"]
        if beat:
            command += ["--beat", "--schedule", str(self.folder / f"beat{number}")]
        log = self.folder / f"worker{number}.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                command,
                cwd=ROOT,
                env={**self.environment(), **(env or {})},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=die_with_parent(signal.SIGKILL),  # noqa: PLW1509 - no threads here
            )
        worker = Worker(process, log)
        self.workers.append(worker)
        return worker

    def environment(self) -> dict[str, str]:
        """What makes a process see this test's database, broker and handlers."""
        return {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "config.settings_test",
            "DATABASE_URL": database_url(),
            "REDIS_URL": self.broker,
            "CHUCHEON_VAR": str(settings.VAR_DIR),
            "CHUCHEON_KEYS": str(settings.KEYS_DIR),
            "CHUCHEON_EXTRA_APPS": APP,
            "FAULTS_DIR": str(self.steps),
            "PYTHONWARNINGS": "ignore",
        }

    # --- Steps of the handlers in tests.faults.app -----------------------------------------

    def close_gate(self, key: object, step: str) -> None:
        (self.steps / f"{key}.{step}.gate").touch()

    def open_gate(self, key: object, step: str) -> None:
        (self.steps / f"{key}.{step}.gate").unlink()

    def reached(self, key: object, step: str) -> int:
        """How often a handler came to a step."""
        path = self.steps / f"{key}.{step}.reached"
        return len(path.read_text().splitlines()) if path.exists() else 0


def database_url() -> str:
    """The test database, as another process reaches it."""
    database = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{database['NAME']}"
    user = quote(database["USER"] or "", safe="")
    password = f":{quote(database['PASSWORD'], safe='')}" if database["PASSWORD"] else ""
    host = quote(database["HOST"] or "", safe="")
    port = f":{database['PORT']}" if database["PORT"] else ""
    return f"postgres://{user}{password}@{host}{port}/{database['NAME']}"


def wait_until(
    ready: Callable[[], object], seconds: float = 60, *, worker: Worker | None = None
) -> None:
    """Ask again and again until it is so; fails with the worker's last words."""
    deadline = time.monotonic() + seconds
    while not ready():
        ended = worker is not None and worker.process.poll() is not None
        if ended or time.monotonic() > deadline:
            words = worker.words()[-3000:] if worker else ""
            why = "the worker ended" if ended else f"not within {seconds} s"
            raise AssertionError(f"It did not happen: {why}.\n{words}")
        time.sleep(0.05)
