"""Tables whose rows are only ever added: the database itself refuses the rest (on PostgreSQL).

SQLite, which serves demos, has no such guard; there the code is the only one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import migrations

_FUNCTION = """
CREATE OR REPLACE FUNCTION countersign_append_only() RETURNS trigger AS $$
DECLARE
    kept jsonb := to_jsonb(OLD);
    wanted jsonb;
    erasable text;
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'rows of % are never deleted', TG_TABLE_NAME;
    END IF;
    wanted := to_jsonb(NEW);
    FOREACH erasable IN ARRAY COALESCE(TG_ARGV, '{}'::text[]) LOOP
        IF wanted ->> erasable = '' THEN
            kept := kept - erasable;
            wanted := wanted - erasable;
        END IF;
    END LOOP;
    IF kept IS DISTINCT FROM wanted THEN
        RAISE EXCEPTION 'rows of % are never changed', TG_TABLE_NAME;
    END IF;
    RETURN NEW;
END
$$ LANGUAGE plpgsql
"""


def append_only(table: str, erasable: Sequence[str] = ()) -> Any:
    """A migration operation: rows of `table` may be added; of the rest, only `erasable` may be emptied."""
    name = f"{table}_append_only"
    arguments = ", ".join(f"'{column}'" for column in erasable)

    def guard(apps: Any, schema_editor: Any) -> None:
        if schema_editor.connection.vendor != "postgresql":
            return
        # Without parameters: the percent sign in the function's text is its own.
        schema_editor.execute(_FUNCTION, params=None)
        schema_editor.execute(
            f"CREATE TRIGGER {name} BEFORE UPDATE OR DELETE ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION countersign_append_only({arguments})"
        )

    def unguard(apps: Any, schema_editor: Any) -> None:
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {name} ON {table}")

    return migrations.RunPython(guard, unguard, elidable=False)
