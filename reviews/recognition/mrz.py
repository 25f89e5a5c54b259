"""The machine-readable zone of a passport (ICAO 9303-4, TD3: two lines of 44 characters).

Only what its check digits confirm is believed. Confusions of character recognition (O for 0, I for
1 …) are put right where the field is known to be digits, and elsewhere only when exactly one
reading makes the check digit right.
"""

import itertools
import re
from dataclasses import dataclass
from datetime import date

WEIGHTS = (7, 3, 1)
LENGTH = 44
TO_DIGIT = str.maketrans("OQDILZSBG", "000112586")
# What a recogniser takes for each other in a field of letters and digits.
CONFUSED = {
    "0": "OQD",
    "O": "0",
    "Q": "0",
    "D": "0",
    "1": "IL",
    "I": "1",
    "L": "1",
    "2": "Z",
    "Z": "2",
    "5": "S",
    "S": "5",
    "8": "B",
    "B": "8",
    "6": "G",
    "G": "6",
}
# More doubtful characters than this allow too many readings to believe one.
MOST_DOUBTS = 6
# Of number, birth and expiry: one digit in ten is right by chance.
LEAST_SOUND = 2
# « ‹ ≤ and spaces are what is read for the filler.
FILLER = str.maketrans({"«": "<", "‹": "<", "≤": "<", "＜": "<", "K": "K"})


@dataclass(frozen=True)
class Passport:
    """What the zone says. `number` is empty when its check digit contradicts it."""

    number: str
    surname: str
    given_names: str
    nationality: str
    issuer: str
    birth_date: date | None
    sex: str
    expires_on: date | None
    sound: bool  # every check digit, the composite one too


def check_digit(field: str) -> str:
    """7-3-1 over digits, A=10 … Z=35, filler 0. Raises ValueError for any other character."""
    total = 0
    for place, character in enumerate(field):
        total += _value(character) * WEIGHTS[place % 3]
    return str(total % 10)


def _value(character: str) -> int:
    if character == "<":
        return 0
    if character in "0123456789":
        return int(character)
    if "A" <= character <= "Z":
        return ord(character) - ord("A") + 10
    raise ValueError(character)


def find(text: str, *, today: date) -> Passport | None:
    """The first passport zone in a page's words, or None. `today` tells birth years apart."""
    lines = [_line(line) for line in text.splitlines()]
    lines = [line for line in lines if len(line) >= 30]
    # A page's words may come without their line breaks.
    lines += [found for line in lines if len(line) >= 2 * LENGTH - 4 for found in _halves(line)]
    for first, second in itertools.pairwise(lines):
        if re.match(r"P[A-Z<][A-Z]{3}|P[A-Z<]D<<", first) and (
            passport := _read(first, second, today)
        ):
            return passport
    return None


def _line(line: str) -> str:
    return re.sub(r"\s", "", line.upper().translate(FILLER))


def _halves(line: str) -> tuple[str, str]:
    start = max(0, line.find("P<"))
    return line[start : start + LENGTH], line[start + LENGTH : start + 2 * LENGTH]


def _read(first: str, second: str, today: date) -> Passport | None:
    if not (LENGTH - 4 <= len(second) <= LENGTH + 2) or re.search(r"[^A-Z0-9<]", second):
        return None
    second = second.ljust(LENGTH, "<")
    number = _alphanumeric(second[:9], second[9])
    born = _digits(second[13:19], second[19])
    expires = _digits(second[21:27], second[27])
    if sum(map(bool, (number, born, expires))) < LEAST_SOUND:
        return None  # two lines of capitals, but no passport's
    personal = second[28:42]
    composite = check_digit(
        (number or second[:9])
        + second[9].translate(TO_DIGIT)
        + (born or second[13:19])
        + second[19].translate(TO_DIGIT)
        + (expires or second[21:27])
        + second[27].translate(TO_DIGIT)
        + personal
        + second[42]
    )
    sound = bool(number and born and expires) and composite == second[43].translate(TO_DIGIT)
    surname, _sep, given = first[5:].partition("<<")
    return Passport(
        number=number.rstrip("<"),
        surname=_name(surname),
        given_names=_name(given),
        nationality=_state(second[10:13]),
        issuer=_state(first[2:5]),
        birth_date=_birth(born, today),
        sex={"M": "M", "F": "F", "<": "X"}.get(second[20], ""),
        expires_on=_date(expires, 2000),
        sound=sound,
    )


def _alphanumeric(field: str, digit: str) -> str:
    """The field if its digit confirms it, or the one other reading that its digit confirms."""
    digit = digit.translate(TO_DIGIT)
    if check_digit(field) == digit:
        return field
    doubtful = [place for place, character in enumerate(field) if character in CONFUSED]
    if not doubtful or len(doubtful) > MOST_DOUBTS:
        return ""
    readings = set()
    # One wrong character first: two at once only if no single one explains it.
    for count in (1, 2):
        for places in itertools.combinations(doubtful, count):
            for others in itertools.product(*(CONFUSED[field[place]] for place in places)):
                letters = list(field)
                for place, other in zip(places, others, strict=True):
                    letters[place] = other
                if check_digit("".join(letters)) == digit:
                    readings.add("".join(letters))
        if readings:
            break
    return readings.pop() if len(readings) == 1 else ""


def _digits(field: str, digit: str) -> str:
    field = field.translate(TO_DIGIT)
    right = (
        field.isascii() and field.isdecimal() and check_digit(field) == digit.translate(TO_DIGIT)
    )
    return field if right else ""


def _name(field: str) -> str:
    """Names as printed: fillers are spaces; digits among them were letters."""
    words = re.sub(r"<+", " ", field.replace("0", "O").replace("1", "I"))
    # A run of fillers is often read as K, C or L: what stands alone at the end is no name.
    return re.sub(r"(?:\s+[KCL]{1,})+$", "", f" {words}").strip()


def _state(field: str) -> str:
    return field.replace("0", "O").rstrip("<")


def _birth(field: str, today: date) -> date | None:
    found = _date(field, 2000)
    return found if found is None or found <= today else _date(field, 1900)


def _date(field: str, century: int) -> date | None:
    if not field:
        return None
    try:
        return date(century + int(field[:2]), int(field[2:4]), int(field[4:6]))
    except ValueError:
        return None
