"""First migrations of our apps, quickly: Django renders all related models anew for each operation."""

from __future__ import annotations

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import ProjectState


class InitialMigration(migrations.Migration):
    """Makes the tables and indexes of an app from its last state, which is rendered once.

    For operations that only add: an operation that changes or removes needs the state before it.
    """

    initial = True

    def apply(
        self,
        project_state: ProjectState,
        schema_editor: BaseDatabaseSchemaEditor,
        collect_sql: bool = False,
    ) -> ProjectState:
        made = project_state.clone()
        made.__dict__.pop("apps", None)  # rendered when it is asked for, after the last operation
        made = self.mutate_state(made, preserve=False)
        for operation in self.operations:
            operation.database_forwards(self.app_label, schema_editor, project_state, made)
        return made
