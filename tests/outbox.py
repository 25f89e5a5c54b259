"""Let what waits in the outbox happen, in this process."""

from files import rendering, services
from files.models import StoredFile
from notifications import outbox


def deliver_letters() -> None:
    """Run everything due until nothing is: letters become visible, mails are sent. Pages of uploads
    are not drawn: that is a process a file, and few tests look at them."""
    while outbox.drain(without=[services.TOPIC_RENDER]):
        pass


def deliver_mails() -> None:
    """Run everything due but the making of letters."""
    while outbox.drain(without=[services.TOPIC_RENDER, "letters.make"]):
        pass


def draw_pages(stored: StoredFile) -> None:
    """Draw one upload's pages, as its worker does."""
    assert rendering.draw(stored)
