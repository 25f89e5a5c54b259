"""The checklist's points as the pages show them: by kind, with fields or with links to files."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms

from applications.models import Document
from reviews.checklist import Kind, Point


@dataclass(frozen=True)
class Row:
    """`finding` and `note` are form fields; a point marked by its files has links instead."""

    point: Point
    finding: Any
    note: Any
    links: tuple[tuple[str, str], ...]
    here: bool


@dataclass(frozen=True)
class Group:
    kind: Kind
    rows: tuple[Row, ...]

    @property
    def done(self) -> int:
        return sum(not row.point.open for row in self.rows)


def grouped(
    points: Sequence[Point],
    form: forms.Form,
    urls: Mapping[int, str],
    *,
    here: Document | None = None,
) -> list[Group]:
    """Documents, requirements and the programme's own points, each with its rows. `urls` are where
    files are read, by primary key; `here` is the one that is open."""

    def row(point: Point) -> Row:
        links = tuple((file.stored.name, urls.get(file.pk, "")) for file in point.files)
        typed = not point.by_files
        return Row(
            point=point,
            finding=form[f"finding_{point.code}"] if typed else None,
            note=form[f"note_{point.code}"] if typed else None,
            links=links,
            here=here is not None and any(file.pk == here.pk for file in point.files),
        )

    found = [
        Group(kind, tuple(row(point) for point in points if point.kind == kind)) for kind in Kind
    ]
    return [group for group in found if group.rows]
