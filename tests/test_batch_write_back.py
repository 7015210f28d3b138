"""Plans of a batch as notes in the CRM, against a server that behaves as HubSpot's documented API does."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from coach.batch.which import Which, fill, read_sources
from coach.batch.write_back import write_back
from coach.schema import Block
from coach.store.batches import open_batch
from coach.store.database import Database, open_database
from coach.store.plans import replace_blocks
from coach.store.slots import Outcome, claim, claim_next, end_slot, plan_for, rows_of
from tests.support.hubspot_server import HUBSPOT_TOKEN, HubSpotServer

TODAY = dt.date(2026, 11, 29)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[HubSpotServer]:
    with HubSpotServer() as running:
        monkeypatch.setenv("HUBSPOT_API_URL", running.url)
        monkeypatch.setenv("HUBSPOT_ACCESS_TOKEN", HUBSPOT_TOKEN)
        running.put("deals", "1", dealname="Dock scanners", dealstage="s1")
        start, end = "2026-12-03T09:00:00Z", "2026-12-03T09:45:00Z"
        running.put(
            "meetings", "1001", hs_meeting_title="Renewal", hs_meeting_start_time=start, hs_meeting_end_time=end
        )
        running.link("meetings", "1001", "deals", "1")
        yield running


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    opened = open_database(f"sqlite:///{tmp_path / 'coach.db'}")
    yield opened
    opened.close()


def drafted_batch(db: Database, *sources: str) -> str:
    batch = open_batch(db, "key", source=", ".join(sources), options={}, budget_usd=None)
    fill(db, batch.id, read_sources(sources, today=TODAY, on_problem=print), Which())
    for slot_id in claim_next(db, batch.id, owner="here", most=9):
        slot = claim(db, slot_id, owner="here")
        assert slot
        plan_id = plan_for(db, slot, slot.context, given={})
        assert plan_id
        replace_blocks(db, plan_id, [Block(id="B1", kind="text", text="Ask Maria for the date.")], what="drafted")
        end_slot(db, slot, "done", Outcome())
    return batch.id


def test_a_plan_is_written_back_to_where_it_was_read_from_and_once(server: HubSpotServer, db: Database) -> None:
    batch_id = drafted_batch(db, "hubspot:")
    assert write_back(db, rows_of(db, batch_id), on_problem=print) == {"created": 1}
    assert write_back(db, rows_of(db, batch_id), on_problem=print) == {"unchanged": 1}


def test_a_meeting_out_of_a_file_is_written_nowhere(server: HubSpotServer, db: Database, tmp_path: Path) -> None:
    (tmp_path / "contexts").mkdir()
    text = "---\naccount: Northwind\nmeeting: {date: 2026-12-03}\n---\nMaria wants a date.\n"
    (tmp_path / "contexts" / "one.md").write_text(text, encoding="utf-8")
    batch_id = drafted_batch(db, str(tmp_path / "contexts"))
    assert write_back(db, rows_of(db, batch_id), on_problem=print) == {}


def test_what_cannot_be_written_is_said_and_the_rest_goes_on(
    server: HubSpotServer, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch_id = drafted_batch(db, "hubspot:")
    monkeypatch.setenv("HUBSPOT_ACCESS_TOKEN", "somebody-else")
    said: list[str] = []
    assert write_back(db, rows_of(db, batch_id), on_problem=said.append) == {"failed": 1}
    assert said[0].startswith("hubspot:1@2026-12-03")
