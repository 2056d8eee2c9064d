"""The database refuses to change a line of the audit log, whoever asks."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

SQLITE = """
CREATE TRIGGER audit_line_never_changed BEFORE UPDATE ON audit_line
BEGIN SELECT RAISE(ABORT, 'audit lines are never changed'); END
"""
POSTGRES = """
CREATE FUNCTION audit_line_never_changed() RETURNS trigger LANGUAGE plpgsql
AS $$ BEGIN RAISE EXCEPTION 'audit lines are never changed'; END $$;
CREATE TRIGGER audit_line_never_changed BEFORE UPDATE ON audit_line
FOR EACH ROW EXECUTE FUNCTION audit_line_never_changed();
"""


def guard(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    schema_editor.execute(SQLITE if schema_editor.connection.vendor == "sqlite" else POSTGRES)


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]
    operations = [migrations.RunPython(guard, migrations.RunPython.noop)]
