"""What the import linter cannot see: the walls between the rooms hold in tables and SQL too."""

import ast
import re
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings

ROOMS = (
    "audit",
    "notifications",
    "files",
    "accounts",
    "programs",
    "applications",
    "letters",
    "reviews",
    "portal",
)
HEIGHT = {room: height for height, room in enumerate(ROOMS)}


def sources(room: str) -> list[Path]:
    return [
        path
        for path in sorted((settings.BASE_DIR / room).rglob("*.py"))
        if "migrations" not in path.parts
    ]


def relations():
    for room in ROOMS:
        for model in apps.get_app_config(room).get_models():
            for field in model._meta.get_fields():
                if field.is_relation and field.concrete and field.related_model is not None:
                    yield pytest.param(field, id=f"{model._meta.label}.{field.name}")


@pytest.mark.parametrize("field", relations())
def test_a_relation_points_to_the_same_or_a_lower_room(field):
    target = field.related_model
    if target._meta.label == settings.AUTH_USER_MODEL:
        return
    own, other = field.model._meta.app_label, target._meta.app_label
    assert HEIGHT.get(other, -1) <= HEIGHT[own], f"{field} points up to {other}"


@pytest.mark.parametrize("room", ROOMS)
def test_no_room_reaches_a_model_by_its_name(room):
    """`apps.get_model` would walk around the linter."""
    for path in sources(room):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Attribute) and node.attr == "get_model":
                assert not (isinstance(node.value, ast.Name) and node.value.id == "apps"), path


@pytest.mark.parametrize("room", ROOMS)
def test_no_sql_names_another_rooms_table(room):
    tables = {
        model._meta.db_table: other
        for other in ROOMS
        if other != room
        for model in apps.get_app_config(other).get_models()
    }
    pattern = re.compile(r"\b(" + "|".join(map(re.escape, tables)) + r")\b")
    for path in sources(room):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                if not re.search(
                    r"\b(SELECT|UPDATE|INSERT|DELETE|FROM|JOIN|TRIGGER)\b", node.value
                ):
                    continue
                found = pattern.search(node.value)
                assert not found, f"{path} names {found.group(1)} of {tables[found.group(1)]}"


def test_every_room_is_installed():
    assert {config.name for config in apps.get_app_configs()} >= set(ROOMS)


def test_no_one_asks_the_machine_for_the_date():
    """`date.today()` is the server's day, not Seoul's: the calendar is asked."""
    for room in ROOMS:
        for path in sources(room):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.Attribute) and node.attr in {"today", "utcnow"}:
                    assert not (
                        isinstance(node.value, ast.Name) and node.value.id in {"date", "datetime"}
                    ), f"{path}:{node.lineno}"
