"""`experience: {of: statuses}` counts days of stay as it counts days of work, all of them whole."""

from datetime import date

import pytest

from programs.facts.vocabulary import VOCABULARY
from programs.reading import At, Notes
from programs.rules import evaluate
from programs.rules.nodes import Requirements
from programs.rules.reading import Words, read_node
from tests.programs.dossiers import GONE, changed

ON = date(2026, 11, 23)
STAY = {
    "text": {"ko": "최근 10년 안에 E-9으로 4년", "en": "Four years on E-9 within the last ten"},
    "assumed": True,
    "experience": {
        "of": "statuses",
        "years": 4,
        "within": {"years": 10},
        "where": {"code": {"starts_with": ["E-9", "H-2"]}},
    },
}
FACTS = {"statuses": [{"code": "E-9-1", "from": "2022-11-25", "to": None}]}


def read(rule):
    notes = Notes()
    return read_node(At(rule, (), notes), Words(VOCABULARY)), notes.problems


def judged(**changes):
    node, problems = read(STAY)
    assert problems == []
    requirements = Requirements(root=node, vocabulary=VOCABULARY)
    return evaluate(requirements, changed(FACTS, **changes), on=ON)


@pytest.mark.parametrize(
    ("statuses", "expected"),
    [
        # 25 November 2022 to 23 November 2026: four years of 365 days, leap day included.
        ([("E-9-1", "2022-11-25", None)], "eligible"),
        ([("E-9-1", "2022-11-26", None)], "not_eligible"),
        # A gap between two stays is not counted, both together are.
        ([("E-9", "2018-01-01", "2019-12-31"), ("H-2", "2021-01-01", "2022-12-31")], "eligible"),
        ([("E-9", "2018-01-01", "2019-12-30"), ("H-2", "2021-01-01", "2022-12-31")],
         "not_eligible"),
        ([("D-2", "2018-01-01", None)], "not_eligible"),
        # What lies more than ten years back does not count.
        ([("E-9", "2010-01-01", "2019-12-31")], "not_eligible"),
        ([], "not_eligible"),
    ],
)  # fmt: skip
def test_days_of_stay(statuses, expected):
    stays = [{"code": code, "from": first, "to": last} for code, first, last in statuses]
    assert judged(statuses=stays).verdict == expected


def test_what_is_missing_is_asked_for_and_no_share():
    assert judged(statuses=GONE).needs == ["statuses"]
    open_end = judged(statuses=[{"code": "E-9", "from": "2020-01-01"}])
    assert (open_end.verdict, open_end.needs) == ("undecided", ["statuses[0].to"])


def test_only_periods_can_be_counted():
    broken = {**STAY, "experience": {**STAY["experience"], "of": "degrees"}}
    _node, problems = read(broken)
    assert [problem.sentence for problem in problems][:1] == [
        "`degrees`, expected one of: careers, statuses"
    ]
