"""Run the suite: all of it on a throw-away PostgreSQL, then what is marked for it on SQLite.

Arguments go to pytest (`make test ARGS="tests/letters -x"`); with arguments the second half may
find nothing to run. Exit code: that of the first half that fails.
"""

import os
import signal
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests import services  # noqa: E402 (needs the path)

NO_TESTS = 5  # pytest's exit code for "nothing was collected"


def heading(text: str) -> None:
    print(f"\n=== {text}", flush=True)


def main(arguments: list[str]) -> int:
    signal.signal(signal.SIGTERM, services.raise_exit)
    pytest = [sys.executable, "-m", "pytest", *parallel(arguments), *arguments]
    with services.environment() as environment:
        heading("Tests on PostgreSQL and Redis")
        first = services.run(pytest, environment)
        if first not in (0, NO_TESTS) or (first == NO_TESTS and not arguments):
            return first
        heading("Tests on SQLite")
        without = {name: value for name, value in environment.items() if name != "DATABASE_URL"}
        second = services.run([*pytest, "-m", "sqlite"], {**without, "CHUCHEON_TEST_SQLITE": "1"})
    if second == NO_TESTS and arguments and first == 0:
        return 0
    return second


def parallel(arguments: list[str]) -> list[str]:
    """Two processes, as the machine has two cores; one where a person looks at single tests."""
    by_hand = {"-n", "--pdb", "-x", "--collect-only", "--co", "-s"}
    if any(argument.split("=")[0] in by_hand for argument in arguments):
        return []
    cores = min(4, len(os.sched_getaffinity(0)))
    return ["-n", str(cores), "--dist", "worksteal"] if cores > 1 else []


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
