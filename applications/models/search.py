"""What a received case is found by."""

from collections.abc import Sequence
from types import ModuleType
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from applications import sql_postgresql, sql_sqlite
from applications.models.case import Application


def vendor_sql(connection: Any) -> ModuleType:
    """Raises KeyError for a database we do not speak."""
    return {"postgresql": sql_postgresql, "sqlite": sql_sqlite}[connection.vendor]


class TermsField(models.Field):
    """Short words without spaces, of which `terms__all` and `terms__any` ask whether they are
    there. An array where the database has them."""

    def db_type(self, connection: Any) -> str:
        return str(vendor_sql(connection).TERMS_TYPE)

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        return value if value is None else vendor_sql(connection).stored_terms(value)

    def from_db_value(self, value: Any, _expression: Any, connection: Any) -> list[str] | None:
        return None if value is None else vendor_sql(connection).read_terms(value)


class TermsLookup(models.Lookup):
    """A comparison of a TermsField with a list of terms, in the words of the vendor."""

    prepare_rhs = False
    asked: str

    def get_db_prep_lookup(self, value: Any, connection: Any) -> tuple[str, Any]:
        return "%s", value

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Sequence[Any]]:
        column, params = self.process_lhs(compiler, connection)
        sql, own = getattr(vendor_sql(connection), self.asked)(column, self.rhs)
        return sql, [*params, *own]


@TermsField.register_lookup
class HasAll(TermsLookup):
    lookup_name = "all"
    asked = "has_all"


@TermsField.register_lookup
class HasAny(TermsLookup):
    lookup_name = "any"
    asked = "has_any"


class SearchRow(models.Model):
    """The words of one received case: its numbers, its company's and its person's names.

    Written by `applications.services.search` in the transaction that changes a source; made of
    nothing else, so it can be made anew at any time. `text` is what the terms were cut from: names
    only, a line each. Personal numbers are here as keyed digests.
    """

    application = models.OneToOneField(
        Application, on_delete=models.CASCADE, primary_key=True, related_name="search_row"
    )
    text = models.TextField()
    terms = TermsField()

    class Meta:
        verbose_name = _("검색어")
        verbose_name_plural = _("검색어")

    def __str__(self) -> str:
        return str(self.application_id)
