"""What all of this process shares: database, hub, who drafts, who runs batches, the secret. Made once, at first use."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from coach.ledger import Ledger
from coach.settings import settings
from coach.store.database import Database, close, open_database
from coach.store.preferences import secret
from coach.ui.batching import Batching
from coach.ui.drafting import Drafter
from coach.ui.live import Hub
from coach.ui.rechecking import Rechecker


@dataclass(frozen=True)
class Desk:
    db: Database
    hub: Hub
    drafter: Drafter
    rechecker: Rechecker
    batching: Batching
    secret: bytes

    def close(self) -> None:
        self.batching.close()
        self.rechecker.close()
        self.drafter.close()
        close(self.db)


@cache
def desk() -> Desk:
    """Raises StoreError: the database cannot be opened."""
    db, hub = open_database(), Hub()
    ledger = Ledger(settings().home / "ledger")
    return Desk(db, hub, Drafter(db, hub, ledger), Rechecker(db, hub), Batching(db, ledger), secret(db))
