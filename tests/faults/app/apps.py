"""Outbox topics whose handlers stop where a test wants to kill them.

A handler announces each step by a file in FAULTS_DIR and waits at the gates that the test has
closed: `<key>.<step>.gate` exists, so it waits until the file is gone.
"""

import os
import time
import uuid
from datetime import timedelta
from pathlib import Path

from django.apps import AppConfig
from django.db import transaction

LEASE_SECONDS = 2
GATE_SECONDS = 60


def step(key: str, name: str) -> None:
    """Say that a step is reached, and wait while its gate is closed."""
    folder = Path(os.environ["FAULTS_DIR"])
    with (folder / f"{key}.{name}.reached").open("a") as file:
        file.write(f"{os.getpid()}\n")
    deadline = time.monotonic() + GATE_SECONDS
    while (folder / f"{key}.{name}.gate").exists():
        if time.monotonic() > deadline:
            raise TimeoutError(f"The gate {name} of {key} never opened.")
        time.sleep(0.02)


def inside(lease) -> None:
    """The effect is a row of this database: it and `done` are one transaction."""
    from audit.services import record

    step(lease.key, "begun")
    with transaction.atomic():
        record(name="faults.effect", subject_type="fault", subject_id=uuid.UUID(lease.key))
        lease.complete()
        step(lease.key, "written")
    step(lease.key, "committed")


def outside(lease) -> None:
    """The effect is elsewhere (a file, made whole under the row's key), `done` comes after it."""
    step(lease.key, "begun")
    folder = Path(os.environ["FAULTS_DIR"])
    try:
        (folder / f"{lease.key}.effect").open("x").close()
    except FileExistsError:  # the receiver knows the key: it was done by who died
        step(lease.key, "recognised")
    step(lease.key, "written")


def again(lease) -> None:
    """Fails once, then succeeds."""
    from notifications.outbox import Retry

    if lease.attempts == 1:
        raise Retry(after=timedelta(seconds=0.1), why="first time")
    inside(lease)


def at_a_place_of_the_letters_making(sender, place, **_) -> None:
    step("letter", place)


class FaultsConfig(AppConfig):
    name = "tests.faults.app"
    label = "faults"

    def ready(self) -> None:
        from letters.making import reached
        from notifications.outbox import register
        from tests.letters import samples

        # Letters of no case: what releases them is said where they are made up.
        assert samples.release_at_once
        reached.connect(at_a_place_of_the_letters_making)
        for topic, handler in (("inside", inside), ("outside", outside), ("again", again)):
            register(f"faults.{topic}", handler, lease_seconds=LEASE_SECONDS)
