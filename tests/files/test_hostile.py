"""Documents made to stop whoever opens them: each ends as a refusal or a state, with a sentence,
in the real limited processes, and the next document is drawn."""

import os
import subprocess
import sys
import time

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.functional import Promise

from files import rendering, selectors, services
from files.errors import Refused
from files.inspection import REFUSALS
from files.models import PageImage, Rendering
from tests.files import samples

pytestmark = pytest.mark.django_db
Problem = PageImage.Problem

REFUSED = {
    "a gigabyte of content": (samples.stream_bomb, "too_complex"),
    "a gigabyte of content, packed twice": (lambda: samples.stream_bomb(2), "too_complex"),
    "billions of strokes": (samples.endless_drawing, "too_complex"),
    "pages in a circle": (samples.page_tree_in_a_circle, "damaged"),
    "a count that lies": (samples.page_count_lies, "damaged"),
    "no pages": (samples.no_pages, "damaged"),
    "10,000 pages": (samples.many_pages, "too_many_pages"),
    "cut short": (lambda: samples.long_text()[:5000], "damaged"),
    "pixels": (samples.bomb, "too_many_pixels"),
    "encrypted": (lambda: samples.pdf(password="secret"), "encrypted"),
}
DRAWN = {
    "a form in itself": samples.drawn_in_itself,
    "brackets in brackets": samples.deep,
    "absurd fonts": samples.absurd_font,
    "more words than a page": samples.long_text,
    "a box of nothing": lambda: samples.page_box(b"0 0 0 0"),
    "a box the wrong way round": lambda: samples.page_box(b"0 0 -500 -800"),
    "a box without end": lambda: samples.page_box(b"0 0 1e38 1e38"),
    "a box of no numbers": lambda: samples.page_box(b"0 0 nan inf"),
    "scripts and programs": samples.that_acts,
    "one pixel wide": lambda: samples.strip(1, 1_000_000),
    "one pixel high": lambda: samples.strip(1_000_000, 1),
}
# Once inside: what the drawing itself must survive, also what is refused at the door today.
UNDRAWN = {
    "a box too large": (lambda: samples.page_box(b"0 0 99999999 99999999"), Problem.SIZE),
    "a picture of 900 million pixels": (samples.image_bomb, Problem.TOO_COMPLEX),
    "tiles without end": (samples.tiny_tiles, Problem.TOO_LONG),
    # Memory or time, whichever is over first on this machine.
    "a gigabyte of content": (lambda: samples.stream_bomb(2), None),
    "no pages": (samples.no_pages, Problem.DAMAGED),
}


def accept(data, name="a.pdf"):
    return services.accept(upload=SimpleUploadedFile(name, data), actor=None)


def inside(data):
    return services.put(data=data, name="a.pdf", content_type="application/pdf", pages=1)


def the_next_one_is_drawn():
    stored = accept(samples.pdf())
    assert rendering.draw(stored)
    assert stored.rendering.outcome == Rendering.Outcome.DRAWN


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_not_taken_is_refused_with_a_sentence(what):
    make, code = REFUSED[what]
    started = time.monotonic()
    with pytest.raises(Refused) as refused:
        accept(make())
    assert refused.value.code == code
    assert time.monotonic() - started < 60
    if code in REFUSALS:
        assert all(str(words) in refused.value.sentence for words in REFUSALS[code])
    the_next_one_is_drawn()


@pytest.mark.parametrize("what", DRAWN)
def test_what_looks_wild_is_drawn_all_the_same(what):
    stored = accept(DRAWN[what]())
    assert rendering.draw(stored)
    (page,) = selectors.pages_of(stored).pages
    assert page.drawn
    assert max(page.width, page.height) <= 3508
    assert len(page.text) <= 20_000
    the_next_one_is_drawn()


@pytest.mark.parametrize("what", UNDRAWN)
def test_what_cannot_be_drawn_says_why_and_stops_nothing(what, settings):
    settings.FILES_DRAW_SECONDS = 3
    make, why = UNDRAWN[what]
    stored = inside(make())
    started = time.monotonic()
    assert rendering.draw(stored)
    assert time.monotonic() - started < 40
    image = stored.page_images.get()
    assert image.image is None
    assert image.problem == (why or image.problem)
    assert selectors.pages_of(stored).pages[0].problem == str(Problem(image.problem).label)
    assert stored.rendering.outcome == Rendering.Outcome.FAILED
    the_next_one_is_drawn()


def test_what_a_file_would_do_elsewhere_is_said():
    stored = accept(samples.that_acts())
    rendering.draw(stored)
    assert selectors.pages_of(stored).active == ("script", "program", "attachment")
    plain = accept(samples.pdf())
    rendering.draw(plain)
    assert selectors.pages_of(plain).active == ()


def test_what_cannot_be_looked_into_is_not_called_harmless():
    assert rendering._active(b"%PDF-1.7\nnonsense%%EOF") == "unknown"


def test_a_limited_process_ends_by_itself_when_nobody_is_left_to_end_it():
    """Waiting costs no processor time, and whoever began it may have been killed."""
    code = (
        "import importlib.util, time\n"
        f"spec = importlib.util.spec_from_file_location('draw', {str(rendering.DRAW)!r})\n"
        "draw = importlib.util.module_from_spec(spec); spec.loader.exec_module(draw)\n"
        "import signal, resource\n"
        "limit = draw.limiter()\n"
        "limit.__globals__['GRACE'] = 0\n"
        "limit(1, 2**30)\n"
        "time.sleep(30)\n"
    )
    started = time.monotonic()
    done = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, check=False)
    assert done.returncode == -14
    assert time.monotonic() - started < 15


def test_no_process_is_left_behind(settings, monkeypatch, tmp_path):
    """One that hangs is killed and taken away, also when whoever reads it stops in the middle."""
    settings.FILES_DRAW_SECONDS = 2
    script = tmp_path / "draw.py"
    script.write_text(
        "import os, sys, time\n"
        f"open({str(tmp_path / 'pid')!r}, 'a').write(f'{{os.getpid()}}\\n')\n"
        "sys.stdin.buffer.read()\n"
        'head = \'{"page": 1, "width": 1, "height": 1, "size": 1}\\n\'\n'
        "sys.stdout.write(head + 'x'); sys.stdout.flush()\n"
        "time.sleep(60)\n"
    )
    monkeypatch.setattr(rendering, "DRAW", script)
    assert rendering.draw(accept(samples.pdf(2)))
    answers = rendering._process("pdf", b"x", first=1, count=1)
    next(answers)
    answers.close()
    pids = [int(line) for line in (tmp_path / "pid").read_text().split()]
    assert len(pids) >= 3
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


def test_every_refusal_and_problem_has_words():
    assert all(isinstance(words, Promise) for pair in REFUSALS.values() for words in pair)
    assert all(str(Problem(value).label).endswith("다.") for value in Problem.values)
