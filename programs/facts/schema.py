"""The vocabulary as a JSON Schema, for those who write facts by program."""

from __future__ import annotations

from typing import Any

from programs.facts.validation import (
    FIRST_YEAR,
    LAST_YEAR,
    LONGEST_CODE,
    LONGEST_TEXT,
    MOST_ITEMS,
    MOST_MONEY,
)
from programs.facts.vocabulary import (
    VOCABULARY,
    WHOLE_NUMBERS,
    Fact,
    FactType,
    Group,
    Vocabulary,
)


def json_schema(vocabulary: Vocabulary = VOCABULARY) -> dict[str, Any]:
    """JSON Schema (2020-12) of facts, titles in the language of the moment.

    No key is required: an absent one is unknown. The schema checks form; that a day exists, or
    that a period does not end before it begins, only `validate` knows.
    """
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Facts",
        "description": (
            "An absent key is unknown, an empty list is known to be none. Dates are YYYY-MM-DD "
            f"({FIRST_YEAR} to {LAST_YEAR}), money is integer won, shares are integer "
            "hundredths (100 is full time). null is allowed only where a type says so."
        ),
        "type": "object",
        "additionalProperties": False,
        "properties": {group.name: group_schema(group) for group in vocabulary.groups},
    }


def group_schema(group: Group) -> dict[str, Any]:
    """The schema of one group: an object, or a list of objects."""
    item = {
        "type": "object",
        "additionalProperties": False,
        "properties": {fact.name: fact_schema(fact) for fact in group.stated},
    }
    if not group.many:
        return {"title": str(group.label), **item}
    return {"title": str(group.label), "type": "array", "maxItems": MOST_ITEMS, "items": item}


def fact_schema(fact: Fact) -> dict[str, Any]:
    schema: dict[str, Any] = {"title": str(fact.label)}
    if fact.help:
        schema["description"] = str(fact.help)
    if fact.unit:
        schema["x-unit"] = fact.unit
    schema["x-change"] = str(fact.change)
    kind = "string"
    if fact.type is FactType.YES_NO:
        kind = "boolean"
    elif fact.type in WHOLE_NUMBERS:
        kind = "integer"
        schema["minimum"] = 0 if fact.minimum is None else fact.minimum
        schema["maximum"] = MOST_MONEY if fact.maximum is None else fact.maximum
    elif fact.choices:
        schema["enum"] = list(fact.codes)
        if fact.type is FactType.LEVEL:
            schema["x-ascending"] = True
    elif fact.type is FactType.DATE:
        schema["format"] = "date"
    elif fact.type is FactType.COUNTRY:
        schema["pattern"] = "^[A-Z]{3}$"
    elif fact.type is FactType.CODE:
        schema["minLength"] = 1
        schema["maxLength"] = LONGEST_CODE
    else:
        schema["maxLength"] = LONGEST_TEXT
    schema["type"] = [kind, "null"] if fact.nullable else kind
    return schema
