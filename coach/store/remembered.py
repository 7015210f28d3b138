"""What a person said of a table's columns, by its headings: for every machine that uses this database.

Knows nothing about what is said.
"""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import JsonValue
from sqlalchemy import select, update

from coach.store.database import Database, add_if_missing, now
from coach.store.tables import remembered


def what_was_said(db: Database, key: str) -> JsonValue:
    """None: nothing."""
    with db.reading() as connection:
        said: JsonValue = connection.execute(select(remembered.c.said).where(remembered.c.key == key)).scalar()
    return said


def keep_said(db: Database, said_by_key: Mapping[str, object], *, is_older: bool = False) -> None:
    """From now on; `is_older`: only of what nothing is known yet."""
    with db.writing() as connection:
        at = now(connection)
        for key, said in said_by_key.items():
            add_if_missing(connection, remembered, key=key, said=said, said_at=at)
            if not is_older:
                changed = {"said": said, "said_at": at}
                connection.execute(update(remembered).where(remembered.c.key == key).values(changed))
