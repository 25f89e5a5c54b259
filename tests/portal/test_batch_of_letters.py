"""Approvals signed off in one batch become letters, one print file and a ZIP of the originals.

Everyday with a dozen; `CHUCHEON_BATCH=200` does it with as many as one batch may hold, and `-s`
shows how long it took and how large it became.
"""

import hashlib
import io
import os
import resource
import sys
import time
import zipfile

import pikepdf
import pypdfium2
import pytest
from django.urls import reverse
from django.utils import timezone

from applications.stages import Stage
from letters import bundles
from letters.models import Bundle, Letter, LetterFile
from letters.verification import check_bytes
from notifications import outbox
from notifications.models import OutboxRow
from programs import quota
from programs.models import Pool
from reviews.models import Decision
from tests.person import Browser
from tests.world import GYEONGGI

pytestmark = pytest.mark.django_db

COUNT = int(os.environ.get("CHUCHEON_BATCH", "12"))


@pytest.fixture
def clock(request):
    """Says what each step took, and the process's most memory so far."""
    last = time.perf_counter()
    kilobytes = 1 if sys.platform == "linux" else 1024

    def said(step: str) -> None:
        nonlocal last
        now = time.perf_counter()
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / kilobytes / 1024
        print(f"{step}: {now - last:.1f} s, at most {most:.0f} MB")
        last = now

    return said


def test_a_batch_is_signed_off_and_taken_as_two_files(world, clock):
    for _ in range(COUNT):
        world.at(Stage.DECISION, slug=GYEONGGI).draft()
    clock(f"{COUNT} cases drafted")
    lead = Browser(world["gyeonggi.lead"])
    batch = reverse("reviews:batch_sign_off")
    page = lead.open(reverse("reviews:sign_offs"))
    ids = [str(one) for one in Decision.objects.values_list("public_id", flat=True)]
    assert all(one in page.html for one in ids), "each can be chosen on the page"
    page = page.send(page.form_to(batch), decision=ids)
    clock("looked at")
    assert f"{COUNT}건을 결재할 수 있습니다." in page.words
    page = page.send(page.form_to(batch), do="sign")
    clock("signed")
    assert f"{COUNT}건을 결재했습니다." in page.words
    assert Letter.objects.filter(state="reserved").count() == COUNT
    root = Pool.objects.get(programme__slug=GYEONGGI, parent=None)
    assert root.held == COUNT
    page = page.send(page.form_to(reverse("desk-bundle-new")))
    outbox.drain(topic="letters.make")
    clock("letters made")
    OutboxRow.objects.filter(topic=bundles.TOPIC).update(due_at=timezone.now())
    outbox.drain(topic=bundles.TOPIC)
    clock("bundled")

    bundle = Bundle.objects.get()
    assert (bundle.state, bundle.count, bundle.left_out) == ("ready", COUNT, [])
    assert "인쇄할 파일 (PDF)" in lead.open(reverse("desk-bundle", args=[bundle.public_id])).words
    paper, archive = (
        lead.client.get(reverse(name, args=[bundle.public_id])).content
        for name in ("desk-bundle-print", "desk-bundle-zip")
    )
    print(f"print file {len(paper) / 1e6:.1f} MB, ZIP {len(archive) / 1e6:.1f} MB")
    clock("taken")
    letters = list(Letter.objects.order_by("issue_date", "number"))
    assert len(letters) == COUNT
    registered = dict(LetterFile.objects.values_list("letter__number", "sha256"))
    pages: list[str] = []
    with zipfile.ZipFile(io.BytesIO(archive)) as zipped:
        assert zipped.testzip() is None
        names = [f"{letter.number}.pdf" for letter in letters]
        assert zipped.namelist() == [*names, bundles.SUMS]
        sums = zipped.read(bundles.SUMS).decode().splitlines()
        for letter, name, line in zip(letters, names, sums, strict=True):
            data = zipped.read(name)
            digest = hashlib.sha256(data).hexdigest()
            assert digest == registered[letter.number]
            assert line == f"{digest}  {name}"
            with pypdfium2.PdfDocument(data) as one:
                pages += [letter.number] * len(one)
        assert check_bytes(data, trust=None, offline=False).word == "specimen"
    with pypdfium2.PdfDocument(paper) as printed:
        assert len(printed) == len(pages)
        for number, page in zip(pages, printed, strict=True):
            assert number in page.get_textpage().get_text_range()
    with pikepdf.open(io.BytesIO(paper)) as merged, merged.open_outline() as outline:
        assert [item.title for item in outline.root] == [letter.number for letter in letters]
        labels = [page.label for page in merged.pages]
        assert "/AcroForm" not in merged.Root
    assert labels[0] == f"{letters[0].number} 1"
    assert len(set(labels)) == len(pages)
    clock("checked")
    root.refresh_from_db()
    assert (root.held, root.issued) == (0, COUNT)
    assert all(line.ok for line in quota.snapshot())
