"""Becomes the recogniser, with less in reach than we have:

    python -I ocr_limited.py SECONDS MEMORY PROGRAM LANGUAGES < picture.png > words

It may read its models, but writes no file, and has so much memory and time.
"""

import os
import resource
import signal
import sys

GRACE = 5
# Its own libraries and models.
MOST_FILES = 64


def main(seconds: int, memory: int, program: str, languages: str) -> None:
    for what, most in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, MOST_FILES),
    ):
        _, hard = resource.getrlimit(what)
        bound = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(what, (bound, bound))
    # Kept across exec: it ends by itself when nobody is left to end it.
    signal.alarm(seconds + GRACE)
    os.environ["OMP_THREAD_LIMIT"] = "1"
    os.execv(program, [program, "stdin", "stdout", "-l", languages])  # noqa: S606


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4])
