"""The schema of the SQLite journal, and its migrations.

Invariant: a database of another program, or of a newer version, is not changed.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from functools import cache
from importlib import resources

from twisted_chat.core.interfaces import StoreError

APPLICATION_ID = 0x54436861
"""In the header of each database of the chat: "TCha"."""


@cache
def migrations() -> tuple[str, ...]:
    """The scripts that make the schema, one per version, oldest first."""
    folder = resources.files(__package__) / "sql"
    scripts = sorted(
        (item for item in folder.iterdir() if re.match(r"\d{4}_.*\.sql$", item.name)),
        key=lambda item: item.name,
    )
    return tuple(script.read_text("utf-8") for script in scripts)


def version_of(connection: sqlite3.Connection, path: str) -> int:
    """The version of the schema in a database; 0 for a new one.

    :raises StoreError: it is another program's database, or of a newer version.
    """
    (owner,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    (objects,) = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    is_new = not owner and not version and not objects
    if owner != APPLICATION_ID and not is_new:
        raise StoreError(
            f"{path} is the database of another program; "
            "give another --store sqlite:PATH"
        )
    newest = len(migrations())
    if version > newest:
        raise StoreError(
            f"{path} was written by a newer version of the chat (schema {version},"
            f" this version supports {newest}); upgrade the chat, or give another"
            " --store sqlite:PATH"
        )
    return int(version)


def migrate(connection: sqlite3.Connection, version: int) -> None:
    """Run all migrations after ``version`` in one transaction."""
    scripts = migrations()
    if version == len(scripts):
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        for script in scripts[version:]:
            for statement in _statements(script):
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {len(scripts)}")
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _statements(script: str) -> Iterator[str]:
    """The single statements: ``executescript`` would commit between them."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
