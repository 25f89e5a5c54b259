"""Which vendor's SQL a connection speaks."""

from types import ModuleType

from django.db.backends.base.base import BaseDatabaseWrapper

from audit import sql_postgresql, sql_sqlite


def vendor_sql(connection: BaseDatabaseWrapper) -> ModuleType:
    """Return the module for this connection; raises KeyError for a database we do not speak."""
    return {"postgresql": sql_postgresql, "sqlite": sql_sqlite}[connection.vendor]
