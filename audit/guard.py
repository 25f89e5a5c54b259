"""What an event may hold: references, codes, keyed digests, numbers and dates. Never a person.

An allow-list by shape, because no list of forbidden words is ever complete: strings are codes
(ASCII, no spaces, at most 200), so names in Hangul and sentences cannot get in; what is left that
looks like an identifier of a person is refused by pattern.
"""

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from audit.errors import PersonalData

MAX_LENGTH = 200
MAX_ITEMS = 200
MAX_DEPTH = 4
# Larger numbers are identifiers in disguise: thirteen digits is a registration number.
MAX_NUMBER = 10**12

NAME = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*")
KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")
CODE = re.compile(r"[A-Za-z0-9_.:/+\-\[\]#=,*|%]*")
REFERENCE = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64}"
)
PERSONAL_KEY = re.compile(
    r"(^|_)(passport|arc|rrn|registration_no|registration_number|e_?mail|phone|mobile|birth"
    r"|birthday|birth_date|address|first_name|last_name|full_name|family_name|given_name|surname"
    r"|password|secret|token)($|_(?!digest$))"
)
PERSONAL_VALUE = {
    "an e-mail address": re.compile(r"@"),
    "a registration number": re.compile(r"(?<![0-9A-Za-z])[0-9]{6}-?[0-9]{7}(?![0-9A-Za-z])"),
    "a passport number": re.compile(
        # Upper case, or nine characters: eight in lower case may be the start of any digest.
        r"(?<![0-9A-Za-z])([A-Z]{1,2}[0-9]{7,8}|[a-z][0-9]{8}|[A-Z][0-9]{3}[A-Z][0-9]{4})"
        r"(?![0-9A-Za-z])"
    ),
    "a phone number": re.compile(
        r"(?<![0-9A-Za-z-])(\+[0-9]{1,3}-?)?0?[0-9]{1,2}-[0-9]{3,4}-[0-9]{4}(?![0-9A-Za-z-])"
    ),
}


class Reference(str):
    """A public number that only looks like a person's, vouched for by who writes it.

    Letter and receipt numbers follow patterns from catalogue files, so one may have the shape of
    a passport number. It must still be a code.
    """

    __slots__ = ()


def clean(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return `data` as plain JSON values: UUIDs and dates become strings.

    Raises PersonalData, naming the key but never the value.
    """
    return _mapping(data, "data", 1)


def check_name(value: str, what: str) -> str:
    """Return a dotted lower-case name such as `application.submitted`."""
    if not NAME.fullmatch(value):
        raise PersonalData(f"{what} is a dotted lower-case name.")
    return value


def check_code(value: str, where: str) -> str:
    """Return a string that is a code; raises PersonalData."""
    if len(value) > MAX_LENGTH:
        raise PersonalData(f"{where} is longer than {MAX_LENGTH} characters: put words in a note.")
    if REFERENCE.fullmatch(value):
        return value
    patterns = {} if isinstance(value, Reference) else PERSONAL_VALUE
    for what, pattern in patterns.items():
        if pattern.search(value):
            raise PersonalData(f"{where} looks like {what}.")
    if not CODE.fullmatch(value):
        raise PersonalData(f"{where} is not a code: words about people go into the note.")
    return value


def _mapping(data: Mapping[str, Any], where: str, depth: int) -> dict[str, Any]:
    if len(data) > MAX_ITEMS:
        raise PersonalData(f"{where} has more than {MAX_ITEMS} entries.")
    result = {}
    for key, value in data.items():
        if not isinstance(key, str) or not KEY.fullmatch(key):
            raise PersonalData(f"{where} has a key that is not a lower-case name.")
        if PERSONAL_KEY.search(key):
            raise PersonalData(f"{where}.{key}: an event does not hold this.")
        result[key] = _value(value, f"{where}.{key}", depth)
    return result


def _value(value: Any, where: str, depth: int) -> Any:
    if depth > MAX_DEPTH:
        raise PersonalData(f"{where} is nested too deeply.")
    match value:
        case None | bool():
            return value
        case int():
            if abs(value) >= MAX_NUMBER:
                raise PersonalData(f"{where} looks like an identifier.")
            return int(value)
        case UUID():
            return str(value)
        case datetime() | date():
            return value.isoformat()
        case str():
            return str(check_code(value, where))
        case Mapping():
            return _mapping(value, where, depth + 1)
        case list() | tuple() | set() | frozenset():
            if len(value) > MAX_ITEMS:
                raise PersonalData(f"{where} has more than {MAX_ITEMS} entries.")
            items = sorted(value, key=str) if isinstance(value, set | frozenset) else value
            return [_value(item, f"{where}[{i}]", depth + 1) for i, item in enumerate(items)]
        case _:
            raise PersonalData(f"{where} is a {type(value).__name__}: only codes and references.")
