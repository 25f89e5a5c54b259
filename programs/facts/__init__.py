"""Facts about a candidate, a job and an employer: the words rules may ask about.

Facts are JSON: {"candidate": {...}, "job": {...}, "employer": {...}, "degrees": [...], ...}.
An absent key is unknown, an empty list is known to be none, an unknown key or a value of the
wrong type is a Problem. Dates are "YYYY-MM-DD", money integer won, shares integer hundredths
(100 is full time).
"""

from programs.facts.derived import derive
from programs.facts.notes import notes
from programs.facts.schema import json_schema
from programs.facts.validation import Problem, validate
from programs.facts.vocabulary import (
    CLAIM_KINDS,
    OF_THE_IDENTITY,
    VOCABULARY,
    Change,
    Choice,
    Fact,
    FactType,
    Group,
    Vocabulary,
    item_group,
)

__all__ = [
    "CLAIM_KINDS",
    "OF_THE_IDENTITY",
    "VOCABULARY",
    "Change",
    "Choice",
    "Fact",
    "FactType",
    "Group",
    "Problem",
    "Vocabulary",
    "derive",
    "item_group",
    "json_schema",
    "notes",
    "validate",
]
