"""The room's own SQL for the database at hand."""

from types import ModuleType

from django.db.backends.base.base import BaseDatabaseWrapper

from reviews import sql_postgresql, sql_sqlite


def vendor_sql(connection: BaseDatabaseWrapper) -> ModuleType:
    return {"postgresql": sql_postgresql, "sqlite": sql_sqlite}[connection.vendor]
