import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from accounts.models import User
from letters import services as letters
from letters.models import Letter, LetterState
from letters.verification import check_bytes
from portal.demo import people
from portal.demo.cast import ACTORS
from portal.demo.story import Story
from programs import calendar
from programs.selectors import open_programmes

PATIENCE_SECONDS = 180


class Command(BaseCommand):
    help = (
        "Take one case of every open programme through all its stages, with a worker of its own, "
        "and print one line per letter: LETTER <programme> <number> <absolute path>."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        people.seed()
        member = User.objects.get(email=people.PEOPLE[0].email)
        worker = self._start_worker()
        try:
            numbers = [
                (programme.slug, self._tell(programme.slug, member))
                for programme in open_programmes(calendar.today())
                if programme.takes_cases
            ]
            for slug, letter in numbers:
                self._finish(slug, letter, worker)
        finally:
            worker.terminate()
            try:
                worker.wait(timeout=20)
            except subprocess.TimeoutExpired:
                worker.kill()
        if not numbers:
            raise CommandError("No programme takes applications today. Run `programs load` first.")

    def _start_worker(self) -> subprocess.Popen[bytes]:
        command = [
            sys.executable, "-m", "celery", "-A", "config", "worker", "--queues", "default,letters",
            "--pool", "solo", "--loglevel", "WARNING", "--without-gossip", "--without-mingle",
            "--hostname", f"demo-{os.getpid()}@%h",
        ]  # fmt: skip
        return subprocess.Popen(command, cwd=settings.BASE_DIR, stdout=sys.stderr.fileno())

    def _tell(self, slug: str, member: User) -> Letter:
        story = Story.begin(slug=slug, member=member)
        # However often this runs, nobody applies twice.
        number = story.case.pk
        story.play(ACTORS[number % len(ACTORS)], passport=f"Z{20_000_000 + number}")
        story.fill().submit().assign().ask().answer()
        story.check_documents().check_claims().score().draft()
        letter = story.sign_off().letter
        if letter is None:
            raise CommandError(f"{slug}: the quota is full; nothing was issued.")
        self.stderr.write(f"{slug}: signed off, {letter.number}")
        return letter

    def _finish(self, slug: str, letter: Letter, worker: subprocess.Popen[bytes]) -> None:
        """Wait until the workers have made the letter visible, write it to a file, verify it."""
        end = time.monotonic() + PATIENCE_SECONDS
        while letter.state != LetterState.VALID:
            if worker.poll() is not None:
                raise CommandError(f"The worker ended with {worker.returncode}.")
            if time.monotonic() > end:
                raise CommandError(
                    f"{slug}: {letter.number} is not finished after {PATIENCE_SECONDS} s."
                )
            time.sleep(0.2)
            letter.refresh_from_db()
        data = letters.read_file(letter)
        folder = Path(settings.VAR_DIR) / "demo"
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{letter.number}.pdf"
        path.write_bytes(data)
        verdict = check_bytes(data, trust=None, offline=False)
        self.stdout.write(f"LETTER {slug} {letter.number} {path}")
        if verdict.exit_code != 0:
            raise CommandError(f"{path} does not verify: {verdict.word}")
