"""Let what waits in the outbox happen, in this process."""

from notifications import outbox


def deliver_letters() -> None:
    """Run everything due until nothing is: letters become visible, mails are sent."""
    while outbox.drain():
        pass
