"""The database that the tests of one process share: a copy of the migrated one, emptied after each test that commits.

In place of pytest-django's own, which migrates for every worker, truncates a hundred tables after each such test and
makes all permissions anew.
"""

from __future__ import annotations

import os
from pathlib import Path

from tests.servers import migrated

#: What `migrate` itself fills, and no test changes.
_KEPT = {"django_migrations", "django_content_type", "auth_permission"}


def take_copy() -> None:
    """Let Django's connection lead to a new copy."""
    from django.conf import settings
    from django.db import connection

    if url := os.environ.get("VEDETTE_DATABASE_URL"):
        name = f"test_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"
        migrated.copy_database(url, name)
    else:
        name = str(settings.DATABASES["default"]["TEST"]["NAME"])
        migrated.copy_file(Path(name))
    connection.close()
    settings.DATABASES["default"]["NAME"] = connection.settings_dict["NAME"] = name


def empty() -> None:
    """Delete the rows of all tables that have some. Sequences go on, as they do after Django's own `flush`."""
    from django.db import connection, transaction

    quoted = {name: connection.ops.quote_name(name) for name in sorted({*_tables()} - _KEPT)}
    asked = " UNION ALL ".join(f"SELECT '{name}' WHERE EXISTS (SELECT 1 FROM {at})" for name, at in quoted.items())
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL session_replication_role = replica")  # No checks and triggers row by row.
        cursor.execute(asked)
        for (name,) in cursor.fetchall():
            cursor.execute(f"DELETE FROM {quoted[name]}")


def _tables() -> list[str]:
    from django.db import connection

    return connection.introspection.django_table_names(include_views=False)
