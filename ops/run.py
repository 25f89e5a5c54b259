"""Run Chucheon on this machine: web, two workers and beat as processes; Ctrl-C stops them all.

Standard library only. Every child leads a process group of its own and dies with this process,
so nothing is left behind, whether it is stopped, killed or crashes.
"""

import contextlib
import ctypes
import fcntl
import os
import selectors
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VAR = Path(os.environ.get("CHUCHEON_VAR", ROOT / "var")).resolve()
HOST = os.environ.get("HOST", "127.0.0.1")
PORT = os.environ.get("PORT", "8000")

ANSWER_SECONDS = 60
STOP_SECONDS = 25
# A process that ends by itself is started again, unless it keeps ending.
RESTARTS, WITHIN_SECONDS = 3, 60

QUIET = {
    "PYTHONUNBUFFERED": "1",
    # Celery on root: in a container or on a trial machine there may be no other account.
    "PYTHONWARNINGS": "ignore:You're running the worker with superuser",
}
LIBC = ctypes.CDLL(None)


class Trouble(Exception):
    """A sentence for the person who typed the command."""


@dataclass
class Process:
    name: str
    command: list[str]
    environment: dict[str, str] = field(default_factory=dict)
    running: subprocess.Popen | None = None
    ended: deque[float] = field(default_factory=lambda: deque(maxlen=RESTARTS))
    lines: deque[str] = field(default_factory=lambda: deque(maxlen=15))
    rest: bytes = b""


def processes() -> list[Process]:
    python = [sys.executable, "-m"]
    # What waits behind a lock in a worker keeps nobody waiting at a page.
    patient = {"CHUCHEON_STATEMENT_TIMEOUT_MS": "120000", "CHUCHEON_LOCK_TIMEOUT_MS": "30000"}

    def worker(queue_name: str) -> Process:
        command = [*python, "celery", "--quiet", "-A", "config", "worker", "--queues", queue_name]
        command += ["--concurrency", "1", "--hostname", f"{queue_name}@%h", "--loglevel", "WARNING"]
        command += ["--without-gossip", "--without-mingle", "--without-heartbeat"]
        return Process(
            "letters" if queue_name == "letters" else "worker", command, environment=patient
        )

    web = [*python, "gunicorn", "config.wsgi", "--bind", f"{HOST}:{PORT}"]
    web += ["--worker-class", "gthread", "--workers", "2", "--threads", "4"]
    web += ["--graceful-timeout", "10", "--log-level", "warning", "--no-control-socket"]
    (VAR / "beat").mkdir(parents=True, exist_ok=True)
    beat = [*python, "celery", "--quiet", "-A", "config", "beat", "--loglevel", "WARNING"]
    beat += ["--pidfile=", "--schedule", str(VAR / "beat" / "schedule")]
    return [
        Process("web", web),
        worker("default"),
        worker("letters"),
        Process("beat", beat, environment=patient),
    ]


class Supervisor:
    """Single-threaded on purpose: between fork and exec a thread's locks would be held for ever."""

    def __init__(self, wanted: list[Process]) -> None:
        self.wanted = wanted
        self.asked_to_stop = 0
        self.outputs = selectors.DefaultSelector()

    # --- Children -------------------------------------------------------------------------

    def start(self, process: Process) -> None:
        process.running = subprocess.Popen(
            process.command,
            cwd=ROOT,
            env={**os.environ, **QUIET, **process.environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            # Ctrl-C in the terminal reaches only us: we stop the children in our own way.
            start_new_session=True,
            preexec_fn=lambda: LIBC.prctl(1, signal.SIGTERM),  # noqa: PLW1509 PR_SET_PDEATHSIG
        )
        os.set_blocking(process.running.stdout.fileno(), False)
        self.outputs.register(process.running.stdout, selectors.EVENT_READ, process)

    def relay(self, seconds: float) -> None:
        """Pass on what the children print, for up to `seconds`; each line says whose it is."""
        for key, _ in self.outputs.select(seconds):
            data = os.read(key.fd, 65536)
            if not data:
                self.outputs.unregister(key.fileobj)
                key.fileobj.close()
                continue
            process = key.data
            *whole, process.rest = (process.rest + data).split(b"\n")
            for line in whole:
                text = line.decode("utf-8", "replace").rstrip()
                process.lines.append(text)
                say(f"{process.name:<8}| {text}")

    def restart_if_wise(self, process: Process) -> None:
        """Start again what ended by itself. Raises Trouble when it has ended too often."""
        self.relay(0)
        code = process.running.returncode
        how = f"signal {-code}" if code < 0 else f"exit code {code}"
        now = time.monotonic()
        process.ended.append(now)
        if len(process.ended) == RESTARTS and now - process.ended[0] < WITHIN_SECONDS:
            words = "\n".join(f"    {line}" for line in process.lines) or "    (none)"
            raise Trouble(
                f"{process.name} ended {RESTARTS} times ({how}); its last words:\n{words}"
            )
        say(f"{process.name} ended by itself ({how}); starting it again.")
        # What it left of its group would hold its port or its place.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.running.pid, signal.SIGKILL)
        self.start(process)

    # --- Life -----------------------------------------------------------------------------

    def ask_to_stop(self, number: int, frame: object) -> None:
        self.asked_to_stop += 1
        if self.asked_to_stop > 1:
            self.kill()
        else:
            os.write(2, b"Stopping; work in hand is finished first (again: at once).\n")

    def run(self) -> None:
        """Start everything, say where to look, and stay until asked to stop."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self.ask_to_stop)
        try:
            for process in self.wanted:
                self.start(process)
            self.watch(answer_by=time.monotonic() + ANSWER_SECONDS)
        finally:
            self.stop()

    def watch(self, answer_by: float) -> None:
        announced = False
        while not self.asked_to_stop:
            self.relay(0.2)
            for process in self.wanted:
                if process.running.poll() is not None and not self.asked_to_stop:
                    self.restart_if_wise(process)
            if announced:
                continue
            if answers():
                announced = True
                print(welcome(), flush=True)
            elif time.monotonic() > answer_by:
                raise Trouble(f"The web process did not answer within {ANSWER_SECONDS} seconds.")

    def stop(self) -> None:
        alive = [process for process in self.wanted if process.running is not None]
        for process in alive:
            if process.running.poll() is None:
                process.running.terminate()
        deadline = time.monotonic() + STOP_SECONDS
        while time.monotonic() < deadline and any(p.running.poll() is None for p in alive):
            self.relay(0.1)
        self.kill()
        for process in alive:
            process.running.wait()
        self.relay(0)

    def kill(self) -> None:
        for process in self.wanted:
            if process.running is not None:
                # The group too: children of a leader that is gone are in nobody's care.
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.running.pid, signal.SIGKILL)


def say(line: str) -> None:
    with contextlib.suppress(BrokenPipeError):
        print(line, file=sys.stderr, flush=True)


def answers() -> bool:
    """Whether the first page can be read."""
    host = "127.0.0.1" if HOST == "0.0.0.0" else HOST
    request = urllib.request.Request(f"http://{host}:{PORT}/", headers={"Host": "localhost"})
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:
            return answer.status == 200
    except urllib.error.HTTPError as refused:
        return refused.code < 500
    except OSError:
        return False


def welcome() -> str:
    logins = VAR / "logins.txt"  # left there by `manage.py setup`, in a demonstration only
    who = f" {logins.read_text('utf-8').strip()}" if logins.is_file() else ""
    return f"Chucheon is at http://localhost:{PORT}/{who} Ctrl-C stops it."


def require_port() -> None:
    if not PORT.isdigit() or not 0 < int(PORT) < 65536:
        raise Trouble(f"PORT is a number from 1 to 65535, not {PORT!r}.")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, int(PORT)))
        except OSError as wrong:
            raise Trouble(
                f"Port {PORT} cannot be used ({wrong.strerror}): "
                f"stop what uses it, or choose another:  PORT={int(PORT) + 1} make run"
            ) from wrong


@contextlib.contextmanager
def only_one():
    """Refuse to run twice on the same data. The lock goes with the process, however it ends."""
    VAR.mkdir(parents=True, exist_ok=True)
    with (VAR / "run.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            other = lock.read().strip() or "unknown"
            raise Trouble(f"Chucheon already runs from this folder (process {other}).") from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


def main() -> int:
    try:
        with only_one():
            require_port()
            Supervisor(processes()).run()
    except Trouble as trouble:
        print(trouble, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
