"""What the lock files and the compose file promise."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from django.conf import settings

ROOT = settings.BASE_DIR
LOCKS = [
    "requirements.txt",
    "requirements-dev.txt",
    "frontend/requirements.txt",
    "ops/requirements-services.txt",
]


def requirements(path: Path) -> list[str]:
    """The logical lines of a lock file."""
    text = re.sub(r"\\\n\s*", " ", path.read_text("utf-8"))
    return [line for line in text.splitlines() if line and not line.lstrip().startswith("#")]


@pytest.mark.parametrize("name", LOCKS)
def test_every_package_is_pinned_by_hash_and_no_index_is_named(name):
    lines = requirements(ROOT / name)
    assert lines
    for line in lines:
        assert re.match(r"[a-z0-9-]+==\S+ ", line), line
        assert "--hash=sha256:" in line, line
    assert "://" not in (ROOT / name).read_text("utf-8")


def test_the_checks_run_what_production_runs():
    pins = [{line.split(" ", 1)[0] for line in requirements(ROOT / name)} for name in LOCKS[:2]]
    assert pins[0] <= pins[1]


@pytest.mark.parametrize("name", ["requirements", "requirements-dev"])
def test_the_lock_holds_what_is_asked_for(name):
    locked = {line.split("==")[0] for line in requirements(ROOT / f"{name}.txt")}
    for line in (ROOT / f"{name}.in").read_text().splitlines():
        if line and not line.startswith("#"):
            asked = re.split(r"[\[=<>~!;]", line)[0].strip()
            assert re.sub(r"[-_.]+", "-", asked).lower() in locked, f"{asked}: run `make lock`"


def test_assets_are_pinned_without_addresses():
    lock = (ROOT / "frontend" / "package-lock.json").read_text("utf-8")
    assert '"resolved"' not in lock
    packages = yaml.safe_load(lock)["packages"]  # JSON is YAML
    assert all("integrity" in package for path, package in packages.items() if path)


@pytest.fixture(scope="module")
def compose() -> dict:
    return yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))


def test_only_the_letter_worker_reaches_the_signing_keys(compose):
    holders = {
        name
        for name, service in compose["services"].items()
        if any("letter-keys" in volume for volume in service.get("volumes", []))
        or "CHUCHEON_LETTER_KEY_PASSWORD" in service.get("environment", {})
    }
    assert holders == {"letters"}


def test_redis_forgets_nothing_on_purpose(compose):
    command = " ".join(compose["services"]["redis"]["command"])
    assert "--appendonly yes" in command
    assert "--appendfsync everysec" in command
    assert "--maxmemory-policy noeviction" in command


def test_every_lasting_service_has_a_health_check(compose):
    lasting = {name for name in compose["services"] if name != "setup"}
    assert {name for name in lasting if "healthcheck" in compose["services"][name]} == lasting
    assert {"web", "worker", "letters", "beat", "db", "redis"} == lasting


def test_nothing_runs_as_root_in_the_image():
    lines = (ROOT / "Dockerfile").read_text("utf-8").splitlines()
    assert "USER chucheon" in lines
    assert lines.index("USER chucheon") < next(
        number for number, line in enumerate(lines) if line.startswith("ENTRYPOINT")
    )


def test_new_keys_are_made_once(tmp_path):
    def make() -> str:
        command = [sys.executable, ROOT / "ops" / "new_keys.py", tmp_path / "keys"]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout

    assert len(make().splitlines()) == 3
    before = {path.name: path.read_bytes() for path in (tmp_path / "keys").iterdir()}
    assert all(path.stat().st_mode & 0o077 == 0 for path in (tmp_path / "keys").iterdir())
    assert make() == ""
    assert {path.name: path.read_bytes() for path in (tmp_path / "keys").iterdir()} == before
