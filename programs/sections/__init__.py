"""Readers of a programme file's sections, each from a place to a part of the manifest."""

from programs.sections.aftermath import after_issue
from programs.sections.approval import approval
from programs.sections.case import (
    deadlines,
    documents,
    evaluation,
    letter,
    notices,
    receipt,
    rubric,
)
from programs.sections.lists import lists
from programs.sections.occupations import VISA_CLASSES, occupations, own_facts
from programs.sections.programme import (
    STAGE_KINDS,
    applicants,
    contacts,
    days_in_a_year,
    fee,
    goals,
    notes,
    office,
    period,
    published,
    stages,
    steps,
)
from programs.sections.quota import quota
from programs.sections.shape import items, named, once, one_value
from programs.sections.verification import verification

__all__ = [
    "STAGE_KINDS",
    "VISA_CLASSES",
    "after_issue",
    "applicants",
    "approval",
    "contacts",
    "days_in_a_year",
    "deadlines",
    "documents",
    "evaluation",
    "fee",
    "goals",
    "items",
    "letter",
    "lists",
    "named",
    "notes",
    "notices",
    "occupations",
    "office",
    "once",
    "one_value",
    "own_facts",
    "period",
    "published",
    "quota",
    "receipt",
    "rubric",
    "stages",
    "steps",
    "verification",
]
