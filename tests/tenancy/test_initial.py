"""A first migration makes its tables from their last state."""

from __future__ import annotations

import pytest
from django.db import connection, migrations, models
from django.db.migrations.state import ProjectState

from tenancy.initial import InitialMigration


class Planted(InitialMigration):
    operations = [
        migrations.CreateModel("Tree", fields=[("id", models.BigAutoField(primary_key=True))]),
        migrations.CreateModel(
            "Leaf",
            fields=[
                ("id", models.BigAutoField(primary_key=True)),
                ("tree", models.ForeignKey("planted.Tree", on_delete=models.CASCADE)),
            ],
        ),
    ]


@pytest.mark.django_db
def test_all_tables_are_made_and_the_state_holds_all_models() -> None:
    before = ProjectState()
    with connection.schema_editor(collect_sql=True) as editor:
        after = Planted("0001_initial", "planted").apply(before, editor)
    said = "\n".join(editor.collected_sql)
    assert [f'CREATE TABLE "planted_{name}"' in said for name in ("tree", "leaf")] == [True, True]
    assert 'REFERENCES "planted_tree"' in said
    assert (before.models, set(after.models)) == ({}, {("planted", "tree"), ("planted", "leaf")})
