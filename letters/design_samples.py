"""Invented cases to look at a design with: the least a letter can say, the usual, the most."""

from typing import Any

from letters.availability import EXAMPLES, WHEN
from letters.registry import Use
from letters.variables import CASE_VARIABLES, CATALOGUE

SHORTEST, USUAL, LONGEST = "shortest", "usual", "longest"
SIZES = (SHORTEST, USUAL, LONGEST)
RECOMMENDATION = "recommendation"
# What only one kind of letter says (letters.availability).
_ONLY_RECOMMENDATIONS = {"recommendation", "in_country", "occupation", "field", "programme"}
_ONLY_NOTICES = {"notice", "refusal"}
# Codes, and what has one form: no longer when everything else is.
_FIXED = {"nationality", "visa_class", "business_no", "programme_version"}


def sample_inputs(use: Use, size: str) -> dict[str, Any]:
    """The `case` variables of such a letter about nobody."""
    others = _ONLY_NOTICES if use.kind == RECOMMENDATION else _ONLY_RECOMMENDATIONS
    names = [
        name
        for name in EXAMPLES
        if name in CASE_VARIABLES
        and WHEN[name] not in others
        and (size != SHORTEST or CATALOGUE[name].required)
    ]
    inputs: dict[str, Any] = {name: _value(name, size) for name in names}
    return inputs | dict(use.inputs)


def _value(name: str, size: str) -> Any:
    variable, example = CATALOGUE[name], EXAMPLES[name]
    if not isinstance(example, str) or variable.kind not in ("text", "lines") or name in _FIXED:
        return example
    if size == SHORTEST:
        return example.split()[0]
    if size == USUAL:
        return example
    between = "\n" if variable.kind == "lines" else " "
    return ((example + between) * (variable.limit // len(example) + 1))[: variable.limit].strip()
