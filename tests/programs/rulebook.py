"""Small programmes made in a test: what a file would say, read as a file is."""

from datetime import date

from programs.document import read_document
from programs.rules import evaluate, truth_of

ON = date(2026, 11, 23)
T, F, U = True, False, None
TRUTHS = {"met": T, "not_met": F, "unknown": U}
WORDS = {"ko": "규칙", "en": "rule"}
KINDS = (
    "all_of",
    "any_of",
    "some_of",
    "not",
    "when",
    "fact",
    "has",
    "experience",
    "headcount",
    "number",
)


def worded(rule):
    """The rule with words where it has none, and so on inside."""
    if not isinstance(rule, dict):
        return rule
    rule = {"text": WORDS, **rule}
    for kind in ("all_of", "any_of"):
        if kind in rule:
            rule[kind] = [worded(child) for child in rule[kind]]
    for kind in ("not", "when", "then"):
        if kind in rule:
            rule[kind] = worded(rule[kind])
    if isinstance(rule.get("some_of"), dict) and "of" in rule["some_of"]:
        rule["some_of"] = {
            **rule["some_of"],
            "of": [worded(child) for child in rule["some_of"]["of"]],
        }
    return rule


def part(code, how, *entries, **more):
    """A part of a points table."""
    return {"code": code, "names": WORDS, how: [_entry(entry) for entry in entries], **more}


def _entry(entry):
    return entry if "names" in entry else worded(entry)


def document(rule=None, **sections):
    """A self-check of one rule, with whatever sections beside it."""
    for name in ("points", "lists", "not_needed", "facts"):
        if isinstance(sections.get(name), dict) and name != "lists":
            sections[name] = {"assumed": True, **sections[name]}
    return {
        "format": 1,
        "programme": "small",
        "kind": "self_check",
        "names": WORDS,
        "office": {"code": "office", "names": WORDS, "assumed": True},
        "version": {"label": "1", "from": "2026-01-01", "status": "in_force", "assumed": True},
        "period": {"code": "2026", "from": "2026-01-01", "assumed": True},
        "sources": {},
        "requirements": {
            "assumed": True,
            **worded(rule or {"fact": "job.annual_pay", "at_least": 1}),
        },
        **sections,
    }


def rules(rule=None, **sections):
    """The requirements of a sound document."""
    manifest, problems = read_document(document(rule, **sections))
    assert problems == [], [str(problem) for problem in problems]
    return manifest.requirements


def problems(rule=None, **sections):
    """What is wrong with a document, by place."""
    _manifest, found = read_document(document(rule, **sections))
    return [str(problem) for problem in found]


def judged(rule, facts, *, on=ON, figures=None, **sections):
    requirements = rule if hasattr(rule, "root") else rules(rule, **sections)
    more = {} if figures is None else {"figures": figures}
    outcome = evaluate(requirements, facts, on=on, **more)
    alone = truth_of(requirements.root, facts, on=on, requirements=requirements, **more)
    assert TRUTHS[outcome.tree["verdict"]] is alone
    return outcome


def truth(rule, facts, **more):
    return TRUTHS[judged(rule, facts, **more).tree["verdict"]]
