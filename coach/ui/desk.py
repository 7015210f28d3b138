"""What all of this process shares: the database, the hub, the drafter, the secret. Made once, at first use."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from coach.ledger import Ledger
from coach.settings import settings
from coach.store.database import Database, close, open_database
from coach.store.preferences import secret
from coach.ui.drafting import Drafter
from coach.ui.live import Hub
from coach.ui.rechecking import Rechecker


@dataclass(frozen=True)
class Desk:
    db: Database
    hub: Hub
    drafter: Drafter
    rechecker: Rechecker
    secret: bytes

    def close(self) -> None:
        self.rechecker.close()
        self.drafter.close()
        close(self.db)


@cache
def desk() -> Desk:
    """Raises StoreError: the database cannot be opened."""
    db, hub = open_database(), Hub()
    drafter = Drafter(db, hub, Ledger(settings().home / "ledger"))
    return Desk(db, hub, drafter, Rechecker(db, hub), secret(db))
