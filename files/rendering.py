"""Drawing the pages of uploads: in limited processes, page by page, begun by the outbox.

Nothing is drawn where pages are shown: a viewer shows what is there, and says so when it is not
yet. A killed or repeated run goes on after the last page that was stored.
"""

import contextlib
import json
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef

from files import limits, ocr
from files.errors import Damaged
from files.identify import CONTENT_TYPES, PDF
from files.models import PageImage, Rendering, ScanState, StoredFile, TextLayer
from files.selectors import readable, readable_files
from files.services import begin_rendering, destroy, put, read
from notifications.lease import Lease, Retry

log = logging.getLogger(__name__)

DRAW = Path(__file__).with_name("draw.py")
FONT = "NotoSansKR-Regular.ttf"
# Pages given to one process: what it may use is bounded for all of them together.
AT_ONCE = 20
# After so many pages that cannot be drawn the rest are not tried: each may cost its full time.
MOST_FAILURES = 3
# One run gives its worker back after this long and goes on in the next.
RUN_SECONDS = 60
# A page's text and a line about it; a page of 1240 x 3508 pixels of noise, uncompressed.
LINE_MOST = 400_000
IMAGE_MOST = 14_000_000
Problem = PageImage.Problem
ACTIVE = ("script", "program", "attachment", "form", "media", "elsewhere", "unknown")
# How a process ends when its time is over: by our timer, its own alarm, or its processor time.
OUT_OF_TIME = {signal.SIGKILL, signal.SIGALRM, signal.SIGXCPU}


# Called with each file whose drawing has come to its end, in the worker, outside any transaction.
# What a high room does with the words of its documents, it says here.
_when_drawn: list[Callable[[StoredFile], None]] = []


def when_drawn(act: Callable[[StoredFile], None]) -> None:
    if act not in _when_drawn:
        _when_drawn.append(act)


def begin_missing(*, limit: int = 50) -> int:
    """Begin with uploads that nobody has begun with: those taken before pages were drawn, or
    scanned by hand. Newest first; return how many."""
    begun = Rendering.objects.filter(source=OuterRef("pk"))
    started = PageImage.objects.filter(source=OuterRef("pk"))
    waiting = (
        readable_files()
        .exclude(scan_state=ScanState.MADE_HERE)
        .filter(~Exists(begun), ~Exists(started), content_type__in=CONTENT_TYPES.values())
        .order_by("-id")
    )
    found = list(waiting[:limit])
    for stored in found:
        with transaction.atomic():
            begin_rendering(stored)
    return len(found)


def deliver(lease: Lease) -> None:
    """Outbox handler: draw what is not drawn yet."""
    stored = StoredFile.objects.filter(public_id=lease.payload["file"]).first()
    if stored is None or stored.scan_state == ScanState.INFECTED:
        return
    if not readable(stored):
        raise Retry(after=timedelta(minutes=1), why="not scanned yet")
    if not draw(stored, until=time.monotonic() + RUN_SECONDS):
        raise Retry(after=timedelta(0), why="more pages than one run")


def draw(stored: StoredFile, *, until: float | None = None) -> bool:
    """Draw the pages that are missing; whether all is done now. Never inside a transaction.

    `until` is a time of `time.monotonic()` after which no new process is begun.
    """
    if Rendering.objects.filter(source=stored).exists():
        return True
    try:
        data = read(stored)
    except Damaged:
        log.exception("File %s cannot be drawn", stored.public_id)
        _finish(stored, total=0)
        return True
    kind = "pdf" if stored.content_type == CONTENT_TYPES[PDF] else "image"
    total = min(stored.pages or 1, limits.max_pages())
    done = set(stored.page_images.values_list("number", flat=True))
    failures = stored.page_images.filter(image=None).count()
    page = _next(done, 1)
    while page <= total and failures < MOST_FAILURES:
        if until is not None and time.monotonic() > until:
            return False
        last, came, why = page, False, str(Problem.TOO_COMPLEX)
        for head, body in _process(kind, data, first=page, count=min(AT_ONCE, total - page + 1)):
            if head.get("page") != last:  # it ended early, or it talks nonsense
                why = _problem(head)
                break
            _keep(stored, last, head, body)
            failures += "problem" in head
            came, last = True, last + 1
        if not came:  # this page kills its process even when it comes first
            _keep(stored, page, {"problem": why}, b"")
            failures += 1
            last = page + 1
        page = last
    if not _read_pictures(stored, until):
        return False
    _finish(stored, total, _active(data) if kind == "pdf" else "")
    for act in _when_drawn:
        try:
            act(stored)
        except Exception:
            # The pages are drawn whatever is made of their words.
            log.exception("After drawing %s", stored.public_id)
    return True


def _read_pictures(stored: StoredFile, until: float | None) -> bool:
    """Let the machine's recogniser, if there is one, read the drawn pages that have no words; each
    once. Whether all is done."""
    found = ocr.engine()
    if found is None:
        return True
    program, languages = found
    read_already = stored.text_layers.values("number")
    drawn = stored.page_images.exclude(image=None).exclude(number__in=read_already)
    for page in drawn.select_related("image"):
        if until is not None and time.monotonic() > until:
            return False
        if page.image is None:
            continue
        words = ocr.read(read(page.image), program=program, languages=languages)
        layer = TextLayer(source=stored, number=page.number, text=words, recognised=True)
        TextLayer.objects.bulk_create([layer], ignore_conflicts=True)
    return True


def _active(data: bytes) -> str:
    """What in a PDF would do something elsewhere; `unknown` when that cannot be found out."""
    for head, _body in _process("active", data, first=1, count=1):
        kinds = head.get("active")
        if isinstance(kinds, list):
            return " ".join(kind for kind in ACTIVE if kind in kinds)
    return "unknown"


def _problem(head: dict[str, Any]) -> str:
    """Why a page was not drawn, in one of our own words whatever the process said."""
    said = head.get("problem")
    return said if said in Problem.values else Problem.TOO_COMPLEX


def _next(done: set[int], page: int) -> int:
    while page in done:
        page += 1
    return page


def _keep(stored: StoredFile, number: int, head: dict[str, Any], body: bytes) -> None:
    """Store one page. A repetition changes nothing."""
    image = None
    if body:
        image = put(data=body, name=f"{number}.webp", content_type="image/webp")
    size = (
        {"width": int(head["width"]), "height": int(head["height"])}
        if image
        else {"problem": _problem(head)}
    )
    with transaction.atomic():
        _page, created = PageImage.objects.get_or_create(
            source=stored, number=number, defaults={"image": image, **size}
        )
        if image and not created:
            destroy(image)
        if text := str(head.get("text", "")).replace("\x00", "").strip():
            TextLayer.objects.bulk_create(
                [TextLayer(source=stored, number=number, text=text)], ignore_conflicts=True
            )


def _finish(stored: StoredFile, total: int, active: str = "") -> None:
    drawn = stored.page_images.exclude(image=None).count()
    outcome = Rendering.Outcome.DRAWN if drawn >= total else Rendering.Outcome.PARTLY
    if not drawn:
        outcome = Rendering.Outcome.FAILED
    Rendering.objects.get_or_create(source=stored, defaults={"outcome": outcome, "active": active})


def _process(
    kind: str, data: bytes, *, first: int, count: int
) -> Iterator[tuple[dict[str, Any], bytes]]:
    """What one limited process says, page after page, until it ends or its time is over.

    Nothing it says is trusted: no more is read than a page can have, and what is no answer of
    draw.py ends the reading.
    """
    seconds = limits.draw_seconds()
    numbers = (
        first,
        count,
        limits.drawn_short_side(),
        limits.drawn_long_side(),
        seconds,
        limits.probe_memory(),
    )
    font = settings.LETTER_FONTS_DIR / FONT
    command = [sys.executable, "-I", str(DRAW), kind, *map(str, numbers)]
    with subprocess.Popen(
        [*command, str(font)] if font.is_file() else command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        # As the probe: nothing of ours is in reach.
        env={name: os.environ[name] for name in ("LD_LIBRARY_PATH",) if name in os.environ},
    ) as child:
        alarm = threading.Timer(seconds, child.kill)
        alarm.start()
        assert child.stdin is not None  # noqa: S101 - for mypy
        assert child.stdout is not None  # noqa: S101 - for mypy
        try:
            with contextlib.suppress(BrokenPipeError):
                child.stdin.write(data)
                child.stdin.close()
            yield from _answers(child.stdout)
            if child.wait() > 0:  # neither killed nor crashed: it did not run as it should
                raise RuntimeError(f"draw.py ended with {child.returncode}.")
            if child.returncode < 0:
                late = -child.returncode in OUT_OF_TIME
                yield {"problem": Problem.TOO_LONG if late else Problem.TOO_COMPLEX}, b""
        finally:
            alarm.cancel()
            child.kill()
            with contextlib.suppress(OSError):
                child.stdin.close()


def _answers(out: IO[bytes]) -> Iterator[tuple[dict[str, Any], bytes]]:
    while line := out.readline(LINE_MOST):
        try:
            head = json.loads(line)
            size = int(head.get("size", 0))
            good = 0 <= size <= IMAGE_MOST and (
                "problem" in head or "active" in head or (head["width"] > 0 and head["height"] > 0)
            )
        except (ValueError, KeyError, TypeError, AttributeError):
            return
        if not good:
            return
        body = out.read(size)
        if len(body) < size:
            return
        yield head, body
