"""What was typed into a section and cannot be taken yet: kept until it is put right.

Identifiers are not kept: half a passport number would come back unmasked.
"""

from typing import Any

from django.forms import Form

from applications.forms.candidate import CandidateForm
from applications.forms.facts import FactRows, FactsForm

NEVER_KEPT = frozenset({"passport_no", "registration_no", "forget_registration_no"})
# Characters of one section. More is no form that a person filled in.
MOST_KEPT = 200_000

SectionForm = CandidateForm | FactsForm | FactRows


def unfinished(form: SectionForm) -> dict[str, Any] | None:
    """`{"typed": {name: value}, "wrong": [name]}` of a validated form; None when nothing in it is
    wrong that could be kept."""
    rows = form.forms if isinstance(form, FactRows) else [form]
    wrong = [
        row.add_prefix(name)
        for row in rows
        for name in row.errors
        if name in row.fields and name not in NEVER_KEPT
    ]
    if not wrong:
        return None
    names = [row.add_prefix(name) for row in rows for name in row.fields if name not in NEVER_KEPT]
    if isinstance(form, FactRows):
        names += [form.management_form.add_prefix(name) for name in form.management_form.fields]
    typed = {name: str(form.data[name]) for name in names if name in form.data}
    if sum(len(value) for value in typed.values()) > MOST_KEPT:
        return None
    return {"typed": typed, "wrong": wrong}


def mistakes(form: SectionForm) -> list[dict[str, Any]]:
    """What is wrong, by the id of each field's first control, for a page that is open already."""
    rows: list[Form] = form.forms if isinstance(form, FactRows) else [form]
    return [
        {"name": row.add_prefix(name), "sentences": list(sentences)}
        for row in rows
        for name, sentences in row.errors.items()
        if name in row.fields
    ]
