"""Celery's filesystem transport, with files that appear whole or not at all.

kombu 5.7 creates a message's file first and writes it afterwards; a worker that looks in between,
or after the writer was killed, reads an empty file and dies of it. Here a message is written beside
the queue and renamed into it, and a file that cannot be read is put aside: the outbox sends again
what a broker loses.
"""

import fcntl
import time
import uuid
from pathlib import Path
from queue import Empty
from typing import Any

from kombu.transport import TRANSPORT_ALIASES
from kombu.transport import filesystem as plain
from kombu.utils.encoding import str_to_bytes
from kombu.utils.json import dumps, loads

SCHEME = "filesystem"


def replace(path: Path, data: bytes) -> None:
    """Give `path` these bytes in one step. Readers see the old file or the new one."""
    beside = path.with_name(f".{uuid.uuid4().hex}.new")
    try:
        beside.write_bytes(data)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


class Channel(plain.Channel):
    """Messages and the table of queues are written whole."""

    def _put(self, queue: str, payload: Any, **kwargs: Any) -> None:
        folder = Path(self.data_folder_out)
        # The name begins with the time: files are taken in their order.
        name = f"{time.monotonic_ns():020d}_{uuid.uuid4()}.{queue}.msg"
        replace(folder / name, str_to_bytes(dumps(payload)))

    def _get(self, queue: str, timeout: Any = None) -> Any:
        ending = f"{queue}.msg"
        for path in sorted(Path(self.data_folder_in).iterdir()):
            if path.name.partition(".")[2] != ending:
                continue
            taken = Path(self.processed_folder) / path.name
            try:
                path.rename(taken)
            except FileNotFoundError:  # another worker was first
                continue
            data = taken.read_bytes()
            taken.unlink()
            try:
                return loads(data.decode())
            except ValueError:  # half a message, of another kind of writer: take the next
                continue
        raise Empty

    def get_table(self, exchange: str) -> list[plain.exchange_queue_t]:
        try:
            text = self._exchange_file(exchange).read_text("utf-8")
        except FileNotFoundError:
            return []
        try:
            return [plain.exchange_queue_t(*row) for row in loads(text)]
        except ValueError:
            return []

    def _queue_bind(self, exchange: str, routing_key: str, pattern: str, queue: str) -> None:
        self.control_folder.mkdir(parents=True, exist_ok=True)
        row = plain.exchange_queue_t(routing_key or "", pattern or "", queue or "")
        with (self.control_folder / f".{exchange}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            table = self.get_table(exchange)
            if row not in table:
                replace(self._exchange_file(exchange), str_to_bytes(dumps([row, *table])))

    def _size(self, queue: str) -> int:
        ending = f".{queue}.msg"
        return sum(path.name.endswith(ending) for path in Path(self.data_folder_in).iterdir())


class Transport(plain.Transport):
    Channel = Channel


def install() -> None:
    """Let `filesystem://` mean this transport."""
    TRANSPORT_ALIASES[SCHEME] = "config.broker:Transport"
