"""Model fields that are sealed in the database and plain in Python.

The sealed bytes are bound to table, column and the row's `public_id`: bytes copied to another row
do not open. A loaded value is opened when it is read, not before, so a list of rows that shows no
identifier decrypts none. Only `isnull` can be asked of such a column; keep a keyed digest
(`audit.crypto.digest`) beside it to find a row by its number.
"""

import json
from typing import Any

from django.core.exceptions import FieldError
from django.db import models
from django.db.models.query_utils import DeferredAttribute

from audit import crypto


class Sealed(bytes):
    """Sealed bytes as they came from the database."""

    __slots__ = ()


class SealedAttribute(DeferredAttribute):
    """Opens the value on reading, and keeps the sealed bytes for an unchanged row's save."""

    field: "SealedField"

    def __get__(self, instance: Any, cls: Any = None) -> Any:
        if instance is None:
            return self
        # Not super().__get__ alone: that would prefer the instance's dictionary over us.
        if self.field.attname in instance.__dict__:
            value = instance.__dict__[self.field.attname]
        else:
            value = super().__get__(instance, cls)
        if isinstance(value, Sealed):
            return self.field.from_plain(crypto.unseal(value, bind=self.field.bind(instance)))
        return value

    def __set__(self, instance: Any, value: Any) -> None:
        instance.__dict__[self.field.attname] = value


class SealedField(models.BinaryField):
    """Base of the sealed fields. The model needs a `public_id` that never changes."""

    descriptor_class = SealedAttribute

    def to_plain(self, value: Any) -> bytes:
        raise NotImplementedError

    def from_plain(self, plain: bytes) -> Any:
        raise NotImplementedError

    def bind(self, instance: Any) -> str:
        return f"{instance._meta.db_table}.{self.column}:{instance.public_id}"

    def from_db_value(self, value: Any, *_: Any) -> Sealed | None:
        return None if value is None else Sealed(value)

    def pre_save(self, model_instance: models.Model, add: bool) -> Sealed | None:
        value = model_instance.__dict__.get(self.attname)
        if value is None or isinstance(value, Sealed):
            return value
        return Sealed(crypto.seal(self.to_plain(value), bind=self.bind(model_instance)))

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        if value is not None and not isinstance(value, Sealed):
            raise FieldError(
                f"{self.name} is sealed for one row: save the instance,"
                " not through update() or bulk_update()."
            )
        return super().get_db_prep_value(value, connection, prepared)

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name != "isnull":
            raise FieldError(f"{self.name} is sealed: search the keyed digest beside it.")
        return super().get_lookup(lookup_name)

    def value_to_string(self, obj: models.Model) -> str:
        """Fixtures would lose the row a value is bound to: back up with the database's tools."""
        raise FieldError(f"{self.name} is sealed: it cannot be dumped.")

    def clean(self, value: Any, model_instance: models.Model | None) -> Any:
        self.validate(value, model_instance)
        return value


class SealedTextField(SealedField):
    """A string that only this row can open."""

    # What the type checker (django-stubs) takes assigning and reading to be.
    _pyi_private_set_type: str
    _pyi_private_get_type: str  # type: ignore[assignment]

    def to_plain(self, value: str) -> bytes:
        if not isinstance(value, str):
            raise TypeError(f"{self.name} holds a string.")
        return value.encode()

    def from_plain(self, plain: bytes) -> str:
        return plain.decode()


class SealedJSONField(SealedField):
    """JSON that only this row can open. Reading gives a fresh value: assign, never change it."""

    def to_plain(self, value: Any) -> bytes:
        return json.dumps(value, ensure_ascii=False, sort_keys=True).encode()

    def from_plain(self, plain: bytes) -> Any:
        return json.loads(plain)
