"""Which files may be opened, and what lies in the storage without a row."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.core.files.storage import storages
from django.db.models import Q, QuerySet
from django.utils import timezone

from files.models import Rendering, ScanState, StoredFile

# A blob this young may belong to a transaction that has not committed yet.
ORPHAN_AGE = timedelta(hours=1)


def readable(stored: StoredFile) -> bool:
    """Whether anyone may open this file: clean, made here, or unscanned in a demonstration."""
    return stored.scan_state in _readable_states()


def readable_files() -> QuerySet[StoredFile]:
    """Files that may be opened: for exports and packets."""
    return StoredFile.objects.filter(Q(scan_state__in=_readable_states()))


@dataclass(frozen=True)
class PageView:
    """One page as a viewer shows it. Without a size it could not be drawn: `problem` says why."""

    number: int
    width: int
    height: int
    text: str
    problem: str = ""
    recognised: bool = False

    @property
    def drawn(self) -> bool:
        return self.width > 0


@dataclass(frozen=True)
class Pages:
    """What there is to see of a file; `complete` when no more pages will come. `active` are kinds
    of content that would do something in another program (`Rendering.active`)."""

    pages: tuple[PageView, ...]
    complete: bool
    active: tuple[str, ...] = ()

    @property
    def nothing(self) -> bool:
        """Whether it has been tried and no page can be shown."""
        return self.complete and not any(page.drawn for page in self.pages)


def pages_of(stored: StoredFile) -> Pages:
    """The pages drawn so far, in order, with their words: three queries, or two when the file was
    loaded with its `rendering`."""
    layers = {layer.number: layer for layer in stored.text_layers.all()}
    texts = {number: layer.text for number, layer in layers.items()}
    drawn = tuple(
        PageView(
            page.number,
            page.width,
            page.height,
            texts.get(page.number, ""),
            problem=str(page.get_problem_display()) if page.problem else "",
            recognised=page.number in layers and layers[page.number].recognised,
        )
        for page in stored.page_images.all()
    )
    rendering = _rendering_of(stored)
    return Pages(
        drawn,
        complete=rendering is not None,
        active=tuple(rendering.active.split()) if rendering else (),
    )


def page_image(stored: StoredFile, number: int) -> StoredFile | None:
    """The picture of one page, if there is one."""
    return StoredFile.objects.filter(page_image__source=stored, page_image__number=number).first()


def _rendering_of(stored: StoredFile) -> Rendering | None:
    try:
        return stored.rendering
    except Rendering.DoesNotExist:
        return None


def orphans(*, older_than: datetime | None = None) -> Iterator[str]:
    """Paths in the sealed storage that no row names, old enough to be nobody's any more."""
    storage = storages["sealed"]
    older_than = older_than or timezone.now() - ORPHAN_AGE
    if not storage.exists(""):
        return
    folders, _ = storage.listdir("")
    for folder in sorted(folders):
        paths = [f"{folder}/{name}" for name in sorted(storage.listdir(folder)[1])]
        known = set(StoredFile.objects.filter(path__in=paths).values_list("path", flat=True))
        for path in paths:
            if path not in known and storage.get_modified_time(path) < older_than:
                yield path


def _readable_states() -> list[str]:
    states: list[str] = [ScanState.CLEAN, ScanState.MADE_HERE]
    return [*states, ScanState.NO_SCANNER] if settings.DEMONSTRATION else states
