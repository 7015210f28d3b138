"""The ledger of many machines: finished model calls as rows, so that none of them pays for a call again.

Behind the interface of coach.ledger; what is kept of a call is the same.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite

from coach.ledger import Ledger
from coach.store.database import Database, now
from coach.store.tables import calls


class SharedLedger(Ledger):
    """Finished calls in the database.

    An answer that the database does not take is a warning, as with a full disk. A question that it cannot look up is a
    StoreError: whoever cannot find what was paid for does not pay.
    """

    def __init__(self, db: Database, *, on_warning: Callable[[str], None] | None = None) -> None:
        super().__init__(Path(), on_warning=on_warning)
        self._db = db

    def _kept(self, key: str) -> bytes | str:
        with self._db.reading() as connection:
            entry = connection.execute(select(calls.c.entry).where(calls.c.key == key)).scalar_one_or_none()
        return "absent" if entry is None else str(entry).encode()

    def _write(self, key: str, entry: str) -> None:
        insert = sqlite.insert if self._db.is_sqlite else postgresql.insert
        with self._db.writing() as connection:
            at = now(connection)
            row = insert(calls).values(key=key, entry=entry, kept_at=at)
            taken = row.on_conflict_do_update(index_elements=[calls.c.key], set_={"entry": entry, "kept_at": at})
            connection.execute(taken)


def forget_calls(db: Database, *, older_than: dt.timedelta) -> int:
    """Drop what nobody will ask for again; how many there were."""
    with db.writing() as connection:
        return connection.execute(delete(calls).where(calls.c.kept_at < now(connection) - older_than)).rowcount
