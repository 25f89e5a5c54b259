"""The newcomer's broker: half-written messages neither appear nor kill anyone."""

import threading
import uuid
from queue import Empty

import pytest
from kombu import Connection

from config import broker


@pytest.fixture
def connection(tmp_path):
    broker.install()
    folders = {name: tmp_path / name for name in ("queue", "processed", "control")}
    for folder in folders.values():
        folder.mkdir()
    options = {
        "data_folder_in": folders["queue"],
        "data_folder_out": folders["queue"],
        "processed_folder": folders["processed"],
        "control_folder": folders["control"],
    }
    with Connection("filesystem://localhost", transport_options=options) as made:
        yield made


@pytest.fixture
def name():
    """kombu remembers for the whole process which queues it has bound: each test has its own."""
    return f"letters{uuid.uuid4().hex[:8]}"


def test_our_transport_is_what_the_address_means(connection):
    assert isinstance(connection.transport, broker.Transport)


def test_messages_arrive_whole_and_in_their_order(connection, name):
    with connection.SimpleQueue(name) as queue:
        for number in range(5):
            queue.put({"number": number})
        assert [queue.get(timeout=5).payload["number"] for _ in range(5)] == list(range(5))


@pytest.mark.parametrize("half", [b"", b'{"body": "abc', b"\x00\xff"])
def test_half_a_message_is_put_aside(connection, tmp_path, name, half):
    """What the plain transport leaves behind when its writer is killed."""
    (tmp_path / "queue" / f"00000000000000000000_dead.{name}.msg").write_bytes(half)
    with connection.SimpleQueue(name) as queue:
        queue.put({"number": 1})
        assert queue.get(timeout=5).payload == {"number": 1}
    assert list((tmp_path / "queue").iterdir()) == []


def test_readers_never_see_a_message_being_written(connection, name):
    """A reader that polls without pause while messages of a megabyte are written."""
    big = "x" * 1_000_000
    got, wrong = [], []
    with connection.channel() as channel, connection.clone() as other:
        channel.queue_declare(name)
        stop = threading.Event()

        def read():
            with other.channel() as reader:
                while not stop.is_set() or reader._size(name):
                    try:
                        got.append(reader._get(name))
                    except ValueError as half:
                        wrong.append(half)
                    except Empty:
                        continue

        thread = threading.Thread(target=read)
        thread.start()
        for number in range(40):
            channel._put(name, {"number": number, "big": big})
        stop.set()
        thread.join(30)
    assert wrong == []
    assert sorted(message["number"] for message in got) == list(range(40))
