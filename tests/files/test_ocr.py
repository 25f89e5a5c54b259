"""A recogniser is used where there is one, and nothing goes wrong where there is none."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from files import ocr, rendering, selectors, services
from tests.files import samples
from tests.files.test_rendering import hangul

pytestmark = pytest.mark.django_db


@pytest.fixture
def recogniser(tmp_path, settings):
    """A program that answers as tesseract does, and notes what it may do."""

    def make(body: str, languages: str = "kor eng osd") -> None:
        program = tmp_path / "tesseract"
        listing = "\\n".join(languages.split())
        program.write_text(
            "#!/bin/sh\n"
            f"if [ \"$1\" = --list-langs ]; then printf 'List:\\n{listing}\\n'; exit; fi\n"
            f"{body}\n"
        )
        program.chmod(0o700)
        settings.FILES_OCR = str(program)
        ocr._with_languages.cache_clear()

    return make


def drawn(data, name="a.png"):
    stored = services.accept(upload=SimpleUploadedFile(name, data), actor=None)
    assert rendering.draw(stored)
    return selectors.pages_of(stored).pages


def test_without_a_recogniser_a_picture_has_no_words(settings):
    for setting in ("", "/no/such/program"):
        settings.FILES_OCR = setting
        assert ocr.engine() is None
        (page,) = drawn(samples.picture())
        assert (page.drawn, page.text, page.recognised) == (True, "", False)


def test_on_the_path_it_is_found_by_its_name(settings, recogniser, monkeypatch, tmp_path):
    recogniser("cat > /dev/null; echo 여권")
    settings.FILES_OCR = None
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    assert ocr.engine() == (str(tmp_path / "tesseract"), "kor+eng")
    monkeypatch.setenv("PATH", "/nowhere")
    assert ocr.engine() is None


def test_a_picture_is_read_and_said_to_be_read_by_machine(recogniser):
    recogniser('head -c 4 | od -c | grep -q P || exit 1; cat > /dev/null; echo "$1 $2 $3 $4 여권"')
    (page,) = drawn(samples.picture())
    assert (page.text, page.recognised) == ("stdin stdout -l kor+eng 여권", True)


def test_words_that_a_file_states_are_not_read_again(recogniser):
    recogniser("cat > /dev/null; echo other")
    (page,) = drawn(hangul("고용계약서"), "a.pdf")
    assert (page.text, page.recognised) == ("고용계약서", False)


@pytest.mark.parametrize("body", ["exit 3", "kill -9 $$", "cat > /dev/null"])
def test_one_that_fails_or_finds_nothing_leaves_the_page(recogniser, body):
    recogniser(body)
    (page,) = drawn(samples.picture())
    assert (page.drawn, page.text) == (True, "")


def test_one_that_never_ends_is_ended(recogniser, settings):
    settings.FILES_DRAW_SECONDS = 2
    recogniser("cat > /dev/null; while :; do :; done")
    (page,) = drawn(samples.picture())
    assert (page.drawn, page.text) == (True, "")


def test_it_writes_no_file_and_has_its_limits(recogniser, tmp_path):
    place = tmp_path / "written"
    recogniser(f"cat > /dev/null; echo x > {place}; ulimit -f; ulimit -n; ulimit -c")
    (page,) = drawn(samples.picture())
    assert page.text.split()[-3:] in (["0", "64", "0"], [])
    assert not place.exists() or place.read_text() == ""


def test_a_recogniser_without_our_languages_is_none(recogniser):
    recogniser("echo x", languages="deu")
    assert ocr.engine() is None
