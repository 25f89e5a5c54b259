"""Pages of uploads as pictures: drawn in limited processes, sealed, and never twice."""

import io

import pikepdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from files import rendering, selectors, services
from files.errors import Damaged
from files.models import PageImage, Rendering, ScanState, StoredFile, TextLayer
from notifications import outbox
from notifications.models import OutboxRow
from tests.files import samples

pytestmark = pytest.mark.django_db


def accept(data, name="diploma.pdf"):
    return services.accept(upload=SimpleUploadedFile(name, data), actor=None)


def picture(stored, number=1):
    image = selectors.page_image(stored, number)
    return Image.open(io.BytesIO(services.read(image)))


def written(words: bytes, *, size=(595, 842), font: pikepdf.Dictionary | None = None) -> bytes:
    """A page with one line in a font that the file does not contain."""
    document = pikepdf.new()
    document.add_blank_page()
    page = document.pages[0]
    page.MediaBox = pikepdf.Array([0, 0, *size])
    name = pikepdf.Name
    font = font or pikepdf.Dictionary(Type=name.Font, Subtype=name.Type1, BaseFont=name.Helvetica)
    page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font))
    page.Contents = document.make_stream(b"BT /F1 40 Tf 60 700 Td " + words + b" Tj ET")
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def hangul(words: str) -> bytes:
    """The same in Korean: as many offices' programs write it, trusting the reader's fonts."""
    name = pikepdf.Name
    face = name("/HYGothic-Medium")
    descriptor = pikepdf.Dictionary(
        Type=name.FontDescriptor,
        FontName=face,
        Flags=4,
        FontBBox=[-6, -145, 1003, 880],
        ItalicAngle=0,
        Ascent=880,
        Descent=-145,
        CapHeight=880,
        StemV=93,
    )
    system = pikepdf.Dictionary(
        Registry=pikepdf.String("Adobe"), Ordering=pikepdf.String("Korea1"), Supplement=1
    )
    letters = pikepdf.Dictionary(
        Type=name.Font,
        Subtype=name.CIDFontType0,
        BaseFont=face,
        CIDSystemInfo=system,
        DW=1000,
        FontDescriptor=descriptor,
    )
    font = pikepdf.Dictionary(
        Type=name.Font,
        Subtype=name.Type0,
        BaseFont=face,
        Encoding=name("/UniKS-UCS2-H"),
        DescendantFonts=[letters],
    )
    return written(f"<{words.encode('utf-16-be').hex()}>".encode(), font=font)


def dark(image: Image.Image) -> int:
    """How many pixels are not paper."""
    return sum(image.convert("L").histogram()[:128])


# --- what is drawn -------------------------------------------------------------------------------
def test_every_page_becomes_a_picture_after_the_commit(django_capture_on_commit_callbacks):
    stored = accept(samples.pdf(3))
    row = OutboxRow.objects.get(topic="files.render")
    assert (row.queue, row.payload) == ("default", {"file": str(stored.public_id)})
    assert not PageImage.objects.exists()
    assert outbox.drain(topic="files.render") == 1
    pages = selectors.pages_of(stored)
    assert [(page.number, page.width, page.height) for page in pages.pages] == [
        (number, 1240, 1755) for number in (1, 2, 3)
    ]
    assert pages.complete
    assert stored.rendering.outcome == Rendering.Outcome.DRAWN
    assert (picture(stored, 3).format, picture(stored, 3).size) == ("WEBP", (1240, 1755))


def test_words_are_kept_sealed_beside_the_picture(disk):
    stored = accept(written(b"(Seoul National 2016)"))
    rendering.draw(stored)
    (page,) = selectors.pages_of(stored).pages
    assert page.text == "Seoul National 2016"
    assert dark(picture(stored)) > 1000
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT text FROM files_textlayer")
        assert b"Seoul" not in bytes(cursor.fetchone()[0])
    assert not [path for path in disk.rglob("*") if path.is_file() and b"WEBP" in path.read_bytes()]


def test_korean_letters_that_a_file_does_not_contain_are_seen():
    stored = accept(hangul("고용계약서"))
    rendering.draw(stored)
    assert selectors.pages_of(stored).pages[0].text == "고용계약서"
    assert dark(picture(stored)) > 5000


@pytest.mark.parametrize(
    ("size", "drawn"),
    [
        ((842, 595), (1755, 1240)),
        ((14400, 14400), (1240, 1240)),
        ((100, 14400), (25, 3508)),
        ((200_000, 200_000), (1240, 1240)),
        ((3, 3), (1240, 1240)),
    ],
)
def test_a_page_of_any_size_fits(size, drawn):
    stored = accept(written(b"(x)", size=size))
    rendering.draw(stored)
    page = selectors.pages_of(stored).pages[0]
    assert abs(page.width - drawn[0]) <= 1
    assert abs(page.height - drawn[1]) <= 1


def test_filled_fields_of_a_form_are_seen():
    document = pikepdf.new()
    document.add_blank_page(page_size=(595, 842))
    name = pikepdf.Name
    helvetica = pikepdf.Dictionary(Type=name.Font, Subtype=name.Type1, BaseFont=name.Helvetica)
    shape = document.make_stream(b"BT /F1 20 Tf 2 8 Td (Filled by hand) Tj ET")
    shape.Type, shape.Subtype, shape.BBox = name.XObject, name.Form, [0, 0, 300, 40]
    shape.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=helvetica))
    field = document.make_indirect(
        pikepdf.Dictionary(
            Type=name.Annot,
            Subtype=name.Widget,
            FT=name.Tx,
            T=pikepdf.String("who"),
            V=pikepdf.String("Filled by hand"),
            Rect=[60, 600, 360, 640],
            F=4,
            AP=pikepdf.Dictionary(N=shape),
        )
    )
    document.pages[0].Annots = pikepdf.Array([field])
    document.Root.AcroForm = pikepdf.Dictionary(Fields=pikepdf.Array([field]))
    out = io.BytesIO()
    document.save(out)
    stored = accept(out.getvalue())
    rendering.draw(stored)
    assert dark(picture(stored)) > 500


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "P", "1"])
def test_a_png_is_shown_as_it_is(mode):
    stored = accept(samples.picture("PNG", size=(40, 30), mode=mode), "photo.png")
    rendering.draw(stored)
    assert picture(stored).size == (40, 30)


def test_a_large_photograph_is_made_small_and_stands_upright():
    tag = Image.Exif()
    tag[0x0112] = 6  # turned by 90 degrees
    out = io.BytesIO()
    Image.new("RGB", (4000, 3000), "navy").save(out, "JPEG", exif=tag)
    stored = accept(out.getvalue(), "photo.jpg")
    rendering.draw(stored)
    assert picture(stored).size == (1240, 1653)


def test_what_is_clear_is_paper():
    out = io.BytesIO()
    Image.new("RGBA", (20, 20), (0, 0, 0, 0)).save(out, "PNG")
    stored = accept(out.getvalue(), "clear.png")
    rendering.draw(stored)
    assert dark(picture(stored)) == 0


# --- what goes wrong -----------------------------------------------------------------------------
def test_a_repeated_run_draws_nothing_again(monkeypatch):
    stored = accept(samples.pdf(3))
    rendering.draw(stored)
    before = set(StoredFile.objects.values_list("pk", flat=True))
    Rendering.objects.all().delete()
    rendering.draw(stored)
    rendering.draw(stored)
    assert set(StoredFile.objects.values_list("pk", flat=True)) == before
    assert Rendering.objects.get().outcome == Rendering.Outcome.DRAWN


def test_a_run_that_was_cut_short_goes_on_after_its_last_page(monkeypatch):
    stored = accept(samples.pdf(3))
    monkeypatch.setattr(rendering, "AT_ONCE", 1)
    assert rendering.draw(stored, until=0) is False
    assert not PageImage.objects.exists()
    whole = rendering._process

    def dying(*arguments, first, **more):
        if first == 3:
            raise RuntimeError("killed")
        return whole(*arguments, first=first, **more)

    monkeypatch.setattr(rendering, "_process", dying)
    with pytest.raises(RuntimeError):
        rendering.draw(stored)
    first = list(PageImage.objects.values_list("pk", flat=True))
    assert len(first) == 2
    monkeypatch.setattr(rendering, "_process", whole)
    rendering.draw(stored)
    assert list(PageImage.objects.values_list("pk", flat=True))[:2] == first
    assert PageImage.objects.count() == 3


def test_a_page_that_kills_its_process_costs_only_itself(monkeypatch, tmp_path):
    """The second page crashes whoever draws it; the first and third are there."""
    script = tmp_path / "draw.py"
    script.write_text(
        "import json, os, signal, sys\n"
        "first, count = int(sys.argv[2]), int(sys.argv[3])\n"
        "sys.stdin.buffer.read()\n"
        "for page in range(first, first + count):\n"
        "    if page == 2:\n"
        "        os.kill(os.getpid(), signal.SIGSEGV)\n"
        "    head = {'page': page, 'width': 1, 'height': 1, 'size': 3, 'text': ''}\n"
        "    sys.stdout.buffer.write(json.dumps(head).encode() + b'\\nabc')\n"
        "    sys.stdout.buffer.flush()\n"
    )
    monkeypatch.setattr(rendering, "DRAW", script)
    stored = accept(samples.pdf(3))
    rendering.draw(stored)
    assert [page.drawn for page in selectors.pages_of(stored).pages] == [True, False, True]
    assert stored.rendering.outcome == Rendering.Outcome.PARTLY


@pytest.mark.parametrize(
    "said",
    [
        "'nonsense'",
        "'{}'",
        "'[]'",
        '\'{"page": 7, "width": 1, "height": 1, "size": 0}\'',
        '\'{"page": 1, "width": 1, "height": 1, "size": 999999999999}\'',
        '\'{"page": 1, "width": 1, "height": 1, "size": 50}\'',
        "'x' * 10_000_000",
    ],
)
def test_a_process_that_was_taken_over_is_not_believed(monkeypatch, tmp_path, said):
    script = tmp_path / "draw.py"
    script.write_text(f"import sys\nsys.stdin.buffer.read()\nprint({said})\n")
    monkeypatch.setattr(rendering, "DRAW", script)
    stored = accept(samples.pdf())
    rendering.draw(stored)
    assert selectors.pages_of(stored).nothing
    assert stored.rendering.outcome == Rendering.Outcome.FAILED


def test_a_page_that_takes_too_long_is_left_out(monkeypatch, tmp_path, settings):
    script = tmp_path / "draw.py"
    script.write_text("import time\ntime.sleep(60)\n")
    monkeypatch.setattr(rendering, "DRAW", script)
    settings.FILES_DRAW_SECONDS = 1
    stored = accept(samples.pdf(50))
    rendering.draw(stored)
    # Three tries, and no more: fifty would hold a worker for as many times its patience.
    assert PageImage.objects.count() == rendering.MOST_FAILURES
    assert selectors.pages_of(stored).nothing


def test_a_drawing_program_that_does_not_run_is_an_error_and_no_verdict(monkeypatch, tmp_path):
    script = tmp_path / "draw.py"
    script.write_text("import a_module_that_is_not_there\n")
    monkeypatch.setattr(rendering, "DRAW", script)
    stored = accept(samples.pdf())
    with pytest.raises(RuntimeError):
        rendering.draw(stored)
    assert not Rendering.objects.exists()


def test_a_damaged_file_is_tried_once(disk, caplog):
    stored = accept(samples.pdf())
    for path in disk.rglob("*"):
        if path.is_file():
            path.write_bytes(b"overwritten")
    with pytest.raises(Damaged):
        services.read(stored)
    assert rendering.draw(stored)
    assert stored.rendering.outcome == Rendering.Outcome.FAILED


def test_the_drawing_process_can_open_nothing():
    """Its limits are probe.py's: what holds there holds here."""
    import subprocess
    import sys

    code = (
        "import importlib.util\n"
        f"spec = importlib.util.spec_from_file_location('draw', {str(rendering.DRAW)!r})\n"
        "draw = importlib.util.module_from_spec(spec); spec.loader.exec_module(draw)\n"
        "draw.limiter()(5, 2**30)\n"
        "try:\n    open('/etc/passwd')\nexcept OSError as error:\n    print(error.errno)\n"
    )
    done = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, check=True)
    assert done.stdout.strip() == b"24"


# --- when --------------------------------------------------------------------------------------
def test_a_file_that_nobody_may_open_yet_is_not_drawn(settings):
    settings.DEMONSTRATION = False
    stored = accept(samples.pdf())
    assert stored.scan_state == ScanState.PENDING
    assert not OutboxRow.objects.filter(topic="files.render").exists()

    from files import scanning

    def scanner(_data):
        return ScanState.CLEAN

    scanning.register(scanner)
    try:
        services.scan(stored)
    finally:
        scanning.unregister(scanner)
    assert outbox.drain(topic="files.render") == 1
    assert stored.rendering.outcome == Rendering.Outcome.DRAWN


def test_an_infected_file_is_never_drawn():
    stored = accept(samples.pdf())
    StoredFile.objects.filter(pk=stored.pk).update(scan_state=ScanState.INFECTED)
    outbox.drain(topic="files.render")
    assert not PageImage.objects.exists()


def test_files_from_before_are_found_once():
    stored = accept(samples.pdf())
    services.put(data=b"letter", name="letter.pdf", content_type="application/pdf")
    OutboxRow.objects.all().delete()
    assert rendering.begin_missing() == 1
    assert outbox.drain(topic="files.render") == 1
    assert rendering.begin_missing() == 0
    assert selectors.pages_of(stored).complete


def test_pictures_go_with_their_file(disk, django_capture_on_commit_callbacks):
    stored = accept(written(b"(word)"))
    rendering.draw(stored)
    assert StoredFile.objects.count() == 2
    with django_capture_on_commit_callbacks(execute=True):
        services.destroy(stored)
    assert not StoredFile.objects.exists()
    assert not PageImage.objects.exists()
    assert not TextLayer.objects.exists()
    assert not [path for path in disk.rglob("*") if path.is_file()]


def test_what_is_shown_costs_two_queries(django_assert_num_queries):
    stored = accept(samples.pdf(3))
    rendering.draw(stored)
    for _rows in (1, 3):
        found = StoredFile.objects.select_related("rendering").get(pk=stored.pk)
        with django_assert_num_queries(2):
            selectors.pages_of(found)
