"""The harness of `make bench`, with a small measure of its own. No time is asserted here."""

import json

import pytest

import benchmarks
from benchmarks.__main__ import SHORT, main, modules
from benchmarks.measure import Measure, seconds

FAKE = """
from benchmarks.measure import Measure

def measures(*, quick):
    return [
        Measure("quick", "s", 1.0 if quick else 2.0, target=1.5, reference=0.5, runs=3),
        Measure("many", "per s", 10.0, better="higher", target={target}),
    ]
"""


@pytest.fixture
def folder(monkeypatch, tmp_path):
    """A folder of benchmarks that holds one module, `fake`."""
    monkeypatch.setattr(benchmarks, "__path__", [str(tmp_path)])
    monkeypatch.setattr(benchmarks, "__file__", str(tmp_path / "__init__.py"))
    monkeypatch.delitem(__import__("sys").modules, "benchmarks.fake", raising=False)

    def write(target):
        (tmp_path / "fake.py").write_text(FAKE.format(target=target), encoding="utf-8")
        return tmp_path / "results.json"

    return write


def run(out, *words):
    return main([*words, "--out", str(out)])


def test_a_table_and_a_file(folder, capsys):
    out = folder(10)
    assert run(out, "--quick") == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == [
        "measure", "value", "unit", "reference", "ratio", "target", "spread",
    ]  # fmt: skip
    assert lines[1].split() == [
        "quick", "1", "s", "0.5", "2", "at", "most", "1.5", "0%", "of", "3", "ok",
    ]  # fmt: skip
    said = json.loads(out.read_text(encoding="utf-8"))
    assert set(said) == {"commit", "measured_at", "cores", "measures"}
    assert said["measures"][0] == {
        "name": "quick",
        "unit": "s",
        "value": 1.0,
        "reference": 0.5,
        "ratio": 2.0,
        "target": 1.5,
        "better": "lower",
        "spread": 0.0,
        "runs": 3,
        "ok": True,
    }


def test_a_measure_that_is_short(folder, capsys):
    out = folder(10.5)
    assert run(out, "fake") == SHORT
    assert [line.split()[-1] for line in capsys.readouterr().out.splitlines()[1:]] == [
        "SHORT",
        "SHORT",
    ]
    assert [one["ok"] for one in json.loads(out.read_text())["measures"]] == [False, False]


def test_a_measure_without_a_target_is_only_told():
    assert Measure("x", "s", 99.0).ok


def test_an_unknown_name(folder):
    out = folder(1)
    with pytest.raises(SystemExit, match="no speed"):
        run(out, "speed")


def test_the_benchmarks_that_are_there():
    assert "simulate" in modules()


def test_a_median_and_its_spread():
    calls = []
    median, spread = seconds(lambda: calls.append(1), runs=3)
    assert len(calls) == 4
    assert median >= 0
    assert spread >= 0
