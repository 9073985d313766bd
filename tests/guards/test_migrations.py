"""Migrations: none missing, one line in each app, named by intent, and frozen against the code of tomorrow."""

from __future__ import annotations

import ast
from collections import Counter
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db.migrations.loader import MigrationLoader

from tests.guards.sources import python_files, where
from tests.personas import OURS

# Django's name for the first ones; further parts of a first migration split for circular keys bear it too.
UNNAMED = {"initial"}


def files() -> list[Path]:
    return [
        path
        for path in python_files(*OURS)
        if path.parent.name == "migrations" and path.name.startswith("0")
    ]


@pytest.mark.django_db
def test_no_migration_is_missing() -> None:
    reported = StringIO()
    call_command("makemigrations", "--check", "--dry-run", stdout=reported, stderr=reported)
    assert reported.getvalue() == "No changes detected\n"


def test_each_app_has_one_line_of_migrations() -> None:
    graph = MigrationLoader(None).graph
    for app in OURS:
        assert len(graph.leaf_nodes(app)) <= 1, app
    numbers = Counter(where(path)[: -len(path.name) + 4] for path in files())
    assert [number for number, count in numbers.items() if count > 1] == []


def test_migrations_import_no_model_of_today() -> None:
    """A migration that imports a model breaks when the model moves on; it asks `apps.get_model`."""
    for path in files():
        for node in ast.walk(ast.parse(path.read_text())):
            module = node.module or "" if isinstance(node, ast.ImportFrom) else ""
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            for name in [module, *names]:
                is_model = name.split(".")[0] in OURS and "models" in name.split(".")
                assert not is_model or has_no_choice(path, name), f"{path} imports {name}"


def has_no_choice(path: Path, name: str) -> bool:
    """Recognize what Django itself writes: a manager or default named by its import path in an initial migration."""
    return path.stem.endswith("_initial") and f"import {name}" in path.read_text()


def test_migrations_are_named_by_intent() -> None:
    for path in files():
        name = path.stem[5:]
        assert "auto" not in name.split("_"), path
        is_first = "class Migration(InitialMigration)" in path.read_text()
        assert name not in UNNAMED or is_first, path
