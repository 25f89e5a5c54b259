"""A worker pays for fonts and styles before its first letter, not with it."""

import gc
from collections.abc import Iterator

import pytest
from celery import current_app
from celery.signals import worker_process_init

import letters.tasks  # noqa: F401 - listens to the signal
from letters import designs, rendering, warming

pytestmark = pytest.mark.usefixtures("cold")


@pytest.fixture
def cold() -> Iterator[None]:
    """A process that has drawn nothing yet."""
    rendering._style.cache_clear()
    rendering._fonts_loaded.cache_clear()
    yield
    gc.unfreeze()


@pytest.fixture
def consuming() -> Iterator:
    """A worker of these queues begins a process."""
    queues = current_app.amqp.queues
    before = queues._consume_from

    def begin(*names: str) -> None:
        queues.select(names)
        worker_process_init.send(sender=None)

    yield begin
    queues._consume_from = before


def test_what_a_first_letter_needs_is_loaded_before_it():
    warming.warm_up()
    loaded = (rendering._fonts_loaded.cache_info().misses, rendering._style.cache_info().misses)
    assert gc.get_freeze_count() > 1000
    for code in designs.bundled():
        html, css = designs.read(code)
        for mark in ("specimen", "draft", ""):
            rendering._styles(css, mark)
        designs.sample(html, css)
    assert loaded == (
        rendering._fonts_loaded.cache_info().misses,
        rendering._style.cache_info().misses,
    )


@pytest.mark.parametrize(("queues", "warm"), [(("letters",), 1), (("default",), 0)])
def test_only_processes_that_make_letters_warm_up(consuming, queues, warm):
    consuming(*queues)
    assert rendering._fonts_loaded.cache_info().currsize == warm


def test_a_worker_without_fonts_starts_and_says_so(settings, tmp_path, caplog):
    settings.LETTER_FONTS_DIR = tmp_path
    warming.warm_up()
    assert "Letter fonts are missing" in caplog.text
    assert rendering._fonts_loaded.cache_info().currsize == 0
