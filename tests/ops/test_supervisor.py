"""`make run`'s supervisor: whatever happens, nothing is left running."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.conf import settings

from ops import run

pytestmark = pytest.mark.fault

# Stands for a server with a worker of its own, which outlives a leader that is killed.
LEADER = """
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
print("child", child.pid, flush=True)
time.sleep(600)
"""
SUPERVISE = """
import sys
from ops import run
run.answers = lambda: True
run.welcome = lambda: "welcome"
run.RESTARTS = 3
names = sys.argv[1::2]
wanted = [run.Process(n, [sys.executable, "-c", c]) for n, c in zip(names, sys.argv[2::2])]
try:
    run.Supervisor(wanted).run()
except run.Trouble as trouble:
    print("trouble:", trouble, flush=True)
    sys.exit(1)
"""


@pytest.fixture
def supervise():
    started = []

    def start(**programs: str) -> subprocess.Popen:
        arguments = [word for pair in programs.items() for word in pair]
        process = subprocess.Popen(
            [sys.executable, "-u", "-c", SUPERVISE, *arguments],
            cwd=settings.BASE_DIR,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def read_until(process: subprocess.Popen, word: str) -> str:
    for line in process.stdout:
        if word in line:
            return line
    raise AssertionError(f"{word!r} was never printed")


def gone(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return True
    return state == "Z"


def wait_for(condition, seconds: float = 15) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "not in time"
        time.sleep(0.05)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_stop_reaches_the_children_of_children(supervise, number):
    process = supervise(web=LEADER)
    grandchild = int(read_until(process, "child").split()[-1])
    process.send_signal(number)
    assert process.wait(30) == 0
    wait_for(lambda: gone(grandchild))


def test_what_ends_by_itself_is_started_again_without_its_leftovers(supervise):
    process = supervise(web=LEADER)
    first = int(read_until(process, "child").split()[-1])
    leader = int(Path(f"/proc/{first}/stat").read_text().rpartition(")")[2].split()[1])
    os.kill(leader, signal.SIGKILL)
    assert "web ended by itself (signal 9)" in read_until(process, "ended")
    second = int(read_until(process, "child").split()[-1])
    assert gone(first)
    assert not gone(second)


def test_what_keeps_ending_stops_everything_with_its_last_words(supervise):
    process = supervise(steady=LEADER, broken="import sys; print('no such table'); sys.exit(7)")
    grandchild = int(read_until(process, "child").split()[-1])
    output = process.stdout.read()
    assert process.wait(30) == 1
    assert "broken ended 3 times (exit code 7)" in output
    assert "no such table" in output.partition("trouble:")[2]
    wait_for(lambda: gone(grandchild))


def test_children_end_with_a_killed_supervisor(supervise):
    process = supervise(web="import time; print('up', flush=True); time.sleep(600)")
    read_until(process, "up")
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    assert len(children) == 1
    process.kill()
    wait_for(lambda: gone(int(children[0])))


def test_a_second_ctrl_c_does_not_wait(supervise):
    deaf = "import signal, time; signal.signal(15, signal.SIG_IGN); print('up', flush=True)"
    process = supervise(web=f"{deaf}; time.sleep(600)")
    read_until(process, "up")
    process.send_signal(signal.SIGINT)
    read_until(process, "Stopping")
    began = time.monotonic()
    process.send_signal(signal.SIGINT)
    process.wait(10)
    assert time.monotonic() - began < 5


def test_a_port_in_use_is_a_sentence(monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        monkeypatch.setattr(run, "PORT", port)
        with pytest.raises(run.Trouble, match=f"Port {port} cannot be used"):
            run.require_port()


@pytest.mark.parametrize("port", ["", "eighty", "0", "70000", "-1"])
def test_a_port_that_is_none_is_a_sentence(monkeypatch, port):
    monkeypatch.setattr(run, "PORT", port)
    with pytest.raises(run.Trouble, match="PORT is a number"):
        run.require_port()


def test_one_folder_runs_once(monkeypatch, tmp_path):
    monkeypatch.setattr(run, "VAR", tmp_path)
    with run.only_one(), pytest.raises(run.Trouble, match=f"process {os.getpid()}"), run.only_one():
        pass
