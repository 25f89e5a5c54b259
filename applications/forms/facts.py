"""Forms whose fields are facts: one group's, and rows of them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from django import forms
from django.forms.formsets import BaseFormSet, formset_factory
from django.http import QueryDict
from django.utils.translation import gettext as _

from applications.forms.fields import (
    NEVER_SUFFIX,
    SEPARATOR,
    field_for,
    never_field,
    occupation_option,
)
from programs.facts import Group, validate
from programs.manifest import Manifest

MAX_ROWS = 30


class FactsForm(forms.Form):
    """States facts of one group. What is typed is checked as facts are, not for completeness.

    `facts()` gives JSON: what was left empty is absent, because absent means unknown.
    """

    def __init__(
        self,
        *args: Any,
        group: Group,
        names: Iterable[str],
        manifest: Manifest,
        with_unknown: bool = False,
        needed: Iterable[str] = (),
        **kwargs: Any,
    ) -> None:
        self.group, self.manifest = group, manifest
        wanted = set(names)
        self.shown = [fact for fact in group.stated if fact.name in wanted]
        if initial := kwargs.get("initial"):
            kwargs["initial"] = self._initial(initial)
        super().__init__(*args, **kwargs)
        marked = frozenset(needed)
        for fact in self.shown:
            field = field_for(fact, group=group.name, manifest=manifest, with_unknown=with_unknown)
            field.needed = fact.name in marked  # type: ignore[attr-defined]
            self.fields[fact.name] = field
            if fact.nullable:
                self.fields[fact.name + NEVER_SUFFIX] = never_field(group.name)
        self._keep_unlisted_occupation()

    def _initial(self, value: Mapping[str, Any]) -> dict[str, Any]:
        """A stated value as the fields show it; what was typed raw passes through."""
        shown = dict(value)
        for fact in self.shown:
            if fact.nullable and fact.name in shown and shown[fact.name] is None:
                shown[fact.name + NEVER_SUFFIX] = True
        if shown.get("occupation") and SEPARATOR not in str(shown["occupation"]):
            shown["occupation"] = occupation_option(
                str(shown["occupation"]), shown.get("occupation_edition"), self.manifest
            )
        return shown

    def _keep_unlisted_occupation(self) -> None:
        """A code stated elsewhere that this programme does not list stays to be seen."""
        field = self.fields.get("occupation")
        stated = str(self.initial.get("occupation") or "")
        if isinstance(field, forms.ChoiceField) and stated and not field.valid_value(stated):
            field.choices = [*field.choices, (stated, stated)]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        stated = self._stated(cleaned)
        for fact in self.shown:
            if not fact.nullable or not cleaned.get(fact.name + NEVER_SUFFIX):
                continue
            if cleaned.get(fact.name):
                self.add_error(fact.name, _("날짜와 아래 표시 가운데 하나만 남겨 주세요."))
        path = self.group.name
        problems = validate(
            {path: [stated] if self.group.many else stated}, vocabulary=self.manifest.vocabulary
        )
        for problem in problems:
            name = problem.path.rpartition(".")[2]
            if name in self.fields:
                if name not in self.errors:
                    self.add_error(name, problem.sentence)
            else:
                self.add_error(None, problem.sentence)
        return cleaned

    def _stated(self, cleaned: Mapping[str, Any]) -> dict[str, Any]:
        stated: dict[str, Any] = {}
        for fact in self.shown:
            value = cleaned.get(fact.name)
            if isinstance(value, date):
                value = value.isoformat()
            if isinstance(value, str):
                value = value.strip()
            if value not in (None, ""):
                stated[fact.name] = value
            elif fact.nullable and cleaned.get(fact.name + NEVER_SUFFIX):
                stated[fact.name] = None
        if occupation := stated.get("occupation"):
            code, _at, edition = str(occupation).partition(SEPARATOR)
            stated["occupation"] = code
            if edition:
                stated["occupation_edition"] = edition
        return stated

    def cells(self) -> list[list[forms.BoundField]]:
        """The fields as they belong together: a day with its "there is none"."""
        return [
            [self[name] for name in (fact.name, fact.name + NEVER_SUFFIX) if name in self.fields]
            for fact in self.shown
        ]

    def facts(self) -> dict[str, Any]:
        """What the valid form states."""
        return self._stated(self.cleaned_data)


class FactRows(BaseFormSet):
    """Rows of facts. A row in which nothing was typed states nothing."""

    def facts(self) -> list[dict[str, Any]]:
        """The rows of the valid formset that say something, in their order."""
        return [stated for form in self.forms if (stated := form.facts())]


_FactRowSet = formset_factory(
    FactsForm,
    formset=FactRows,
    extra=0,
    max_num=MAX_ROWS,
    absolute_max=MAX_ROWS + 1,
    validate_max=True,
)


def fact_rows(
    *,
    prefix: str,
    data: Mapping[str, Any] | None = None,
    rows: Sequence[Mapping[str, Any]] = (),
    **form_kwargs: Any,
) -> FactRows:
    """Rows bound to what was sent, or showing `rows`."""
    if data is not None:
        return _FactRowSet(data=data, prefix=prefix, form_kwargs=form_kwargs)
    return _FactRowSet(initial=[dict(row) for row in rows], prefix=prefix, form_kwargs=form_kwargs)


def typed_rows(data: QueryDict, *, prefix: str) -> list[dict[str, str]]:
    """What was typed in each row, as it was typed: to show it again with a row more or less."""
    count = _place(data.get(f"{prefix}-TOTAL_FORMS", "")) or 0
    rows: list[dict[str, str]] = [{} for _row in range(min(count, MAX_ROWS))]
    for key in data:
        head, _dash, rest = key.removeprefix(f"{prefix}-").partition("-")
        place = _place(head) if key.startswith(f"{prefix}-") else None
        if place is not None and place < len(rows):
            rows[place][rest] = data[key]
    return rows


def changed_rows(data: QueryDict, *, prefix: str) -> list[dict[str, str]] | None:
    """The typed rows after "add a row" or "remove"; None when neither was asked.

    The buttons are named `add` and `remove`; their values are the prefix, and prefix:number.
    """
    if data.get("add") == prefix:
        rows = typed_rows(data, prefix=prefix)
        return [*rows, {}][:MAX_ROWS]
    name, _colon, number = data.get("remove", "").rpartition(":")
    if name == prefix and (gone := _place(number)) is not None:
        rows = typed_rows(data, prefix=prefix)
        return [row for place, row in enumerate(rows) if place != gone]
    return None


def _place(typed: str) -> int | None:
    return int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 4 else None
