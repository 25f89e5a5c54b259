"""Reading the words of files by machine, after their pages have been drawn."""

from collections.abc import Iterable
from typing import Any

from django.db.models import prefetch_related_objects

from applications.models import Document
from files.models import StoredFile, TextLayer
from programs import calendar
from reviews.models import Recognised
from reviews.recognition.extract import EDITION, Extract, extract, from_json, to_json


def recognise(stored: StoredFile) -> None:
    """Keep what a drawn file says, once; for documents of cases only. Called by the worker that
    drew it, outside any transaction."""
    if not Document.objects.filter(stored=stored).exists():
        return
    row = Recognised.objects.filter(stored=stored).first()
    if row is not None and row.edition == EDITION:
        return
    if row is not None:
        row.edition, row.found, row.made_at = EDITION, to_json(_read_anew(stored)), calendar.now()
        row.save()
        return
    made = Recognised(stored=stored, edition=EDITION, found=to_json(_read_anew(stored)))
    # Two workers may have drawn the same file: the first row stays.
    Recognised.objects.bulk_create([made], ignore_conflicts=True)


def extract_of(stored: StoredFile) -> Extract:
    """What a file says: as it was kept, or read now."""
    row = Recognised.objects.filter(stored=stored, edition=EDITION).first()
    kept: Any = row.found if row else None
    return from_json(kept) if kept else _extract(stored)


def _read_anew(stored: StoredFile) -> Extract:
    """What is kept comes from the rows as they are, whatever the object in hand remembers."""
    return _of(stored, stored.text_layers.order_by("number"))


def _extract(stored: StoredFile) -> Extract:
    # The page that shows the words has them then, without asking again.
    prefetch_related_objects([stored], "text_layers")
    return _of(stored, stored.text_layers.all())


def _of(stored: StoredFile, layers: Iterable[TextLayer]) -> Extract:
    texts = {layer.number: layer.text for layer in layers}
    return extract(texts, total=stored.pages or 1, today=calendar.today())
