"""What the page in the browser asks the server for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from icalendar import Calendar
from starlette.applications import Starlette
from starlette.testclient import TestClient

from coach.schema import AccountContext, Block, Groundwork, Suggestion
from coach.store import drafts, edits, history, plans, shares
from coach.store.records import KeptPlan
from coach.ui import rechecking
from coach.ui.desk import desk
from coach.ui.routes import MAX_BLOCK_CHARS, MAX_BODY_BYTES, routes
from coach.ui.tokens import grant


@pytest.fixture
def client() -> Iterator[TestClient]:
    desk.cache_clear()
    with TestClient(Starlette(routes=routes())) as started:
        yield started
    desk().close()
    desk.cache_clear()


@pytest.fixture
def kept(client: TestClient, context: AccountContext) -> KeptPlan:
    """A plan drafted without a model."""
    plan = plans.create_plan(desk().db, context)
    desk().drafter.start(plan.id, "draft")
    desk().drafter.wait(plan.id, timeout_s=60)
    return plans.load_plan(desk().db, plan.id)


def headers(plan_id: str, right: str = "edit") -> dict[str, str]:
    return {"Authorization": f"Bearer {grant(desk().secret, plan_id, right=right)}"}  # type: ignore[arg-type]


def ask(client: TestClient, path: str, plan: KeptPlan, body: object = None, right: str = "edit") -> Any:
    address = f"/api/plans/{plan.id}{path}"
    if body is None:
        return client.get(address, headers=headers(plan.id, right))
    return client.post(address, json=body, headers=headers(plan.id, right))


def an_edit(kept: KeptPlan, place: int, text: str, *, op: str = "op1", base: int | None = None) -> dict[str, object]:
    one = kept.blocks[place]
    revision = one.revision if base is None else base
    return {"op": op, "action": "text", "block": one.block.id, "base": revision, "text": text}


def test_the_state_has_the_page_its_lines_and_what_is_wrong(client: TestClient, kept: KeptPlan) -> None:
    state = ask(client, "", kept).json()
    assert [block["text"] for block in state["blocks"]] == [one.block.text for one in kept.blocks]
    assert state["status"] == "drafted"
    assert state["words"] > 0
    assert state["budget"] >= state["words"]
    cited = {label for block in state["blocks"] for label in block["citations"]}
    assert cited
    assert cited <= set(state["lines"])
    assert state["job"] is None


def test_a_title_that_the_heading_above_says_in_full_is_not_shown_again(client: TestClient, kept: KeptPlan) -> None:
    plans.set_purpose(desk().db, kept.id, "a test in one cold store")
    for title, is_above in (("Harrowgate Chilled Foods, Thu 3 Dec: a test", True), ("Harrowgate: one night", False)):
        plans.set_plan(desk().db, kept.id, kept.plan.model_copy(update={"title": title}))
        assert ask(client, "", kept).json()["titled_above"] is is_above


def test_a_page_that_is_written_over_another_has_its_own_title_alone(client: TestClient, kept: KeptPlan) -> None:
    new = (Block(id="T1", kind="heading", text="# A **new** page"), *(one.block for one in kept.blocks))
    drafts.replace_blocks(desk().db, kept.id, new, what="drafting", seen=kept.revision)
    assert ask(client, "", kept).json()["title"] == "A new page"


def test_an_edit_is_saved_and_checked_again(client: TestClient, kept: KeptPlan) -> None:
    place = next(n for n, one in enumerate(kept.blocks) if one.block.kind == "item")
    answer = ask(client, "/edits", kept, {"by": "Ada", "edits": [an_edit(kept, place, "- They owe us 987,654 EUR.")]})
    assert [one["result"] for one in answer.json()["results"]] == ["saved"]
    rechecking.recheck_kept(desk().db, kept.id)
    block = ask(client, "", kept).json()["blocks"][place]
    assert block["text"] == "- They owe us 987,654 EUR."
    assert block["touched"]
    assert block["check"]["status"] == "unverified"


def test_two_people_on_one_block_clash_and_nothing_is_lost(client: TestClient, kept: KeptPlan) -> None:
    first = an_edit(kept, 2, "Ada's words.", op="a")
    second = an_edit(kept, 2, "Bo's words.", op="b")
    ask(client, "/edits", kept, {"by": "Ada", "edits": [first]})
    answer = ask(client, "/edits", kept, {"by": "Bo", "edits": [second]}).json()["results"][0]
    assert (answer["result"], answer["theirs"], answer["by"]) == ("clash", "Ada's words.", "Ada")
    changed = str([version.changed for version in history.versions(desk().db, kept.id)])
    assert "Bo's words." in changed


def test_the_same_edit_sent_twice_is_done_once(client: TestClient, kept: KeptPlan) -> None:
    body = {"by": "Ada", "edits": [an_edit(kept, 2, "Once.")]}
    first, second = (ask(client, "/edits", kept, body).json() for _ in range(2))
    assert first == second


def test_a_reader_may_look_and_not_write(client: TestClient, kept: KeptPlan) -> None:
    state = ask(client, "", kept, right="read")
    assert state.status_code == 200
    assert state.json()["readonly"]
    refused = ask(client, "/edits", kept, {"edits": [an_edit(kept, 2, "Mine.")]}, right="read")
    assert refused.status_code == 401
    assert plans.load_plan(desk().db, kept.id).revision == kept.revision


def test_a_shared_link_shows_the_page_and_its_lines_until_it_is_taken_back(client: TestClient, kept: KeptPlan) -> None:
    link = shares.share(desk().db, kept.id)
    bearer = {"Authorization": f"Bearer {link.token}"}
    state = client.get(f"/api/plans/{kept.id}", headers=bearer).json()
    cited = {label for block in state["blocks"] for label in block["citations"]}
    assert state["readonly"]
    assert set(state["lines"]) == cited < set(kept.context.lines)
    assert client.post(f"/api/plans/{kept.id}/undo", json={}, headers=bearer).status_code == 401
    shares.revoke(desk().db, link.token)
    assert client.get(f"/api/plans/{kept.id}", headers=bearer).status_code == 401


def test_without_a_token_nothing_is_said(client: TestClient, kept: KeptPlan) -> None:
    answers = [client.get(f"/api/plans/{kept.id}"), client.get(f"/files/{kept.id}.pdf")]
    assert [answer.status_code for answer in answers] == [401, 401]
    assert all("Harrowgate" not in answer.text for answer in answers)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"not json", 422),
        (b'{"edits": [{"op": "x"}]}', 422),
        (b'{"edits": [], "padding": "' + b"x" * MAX_BODY_BYTES + b'"}', 413),
    ],
)
def test_nonsense_is_refused_in_one_line(client: TestClient, kept: KeptPlan, body: bytes, status: int) -> None:
    answer = client.post(f"/api/plans/{kept.id}/edits", content=body, headers=headers(kept.id))
    assert answer.status_code == status
    assert answer.json()["error"]
    assert "\n" not in answer.json()["error"]


def test_a_block_that_is_too_long_is_refused_and_says_so(client: TestClient, kept: KeptPlan) -> None:
    answer = ask(client, "/edits", kept, {"edits": [an_edit(kept, 2, "x" * (MAX_BLOCK_CHARS + 1))]})
    assert answer.status_code == 409
    assert "at most 20,000" in answer.json()["error"]


def test_undo_takes_back_ones_own_last_change(client: TestClient, kept: KeptPlan) -> None:
    before = kept.blocks[2].block.text
    ask(client, "/edits", kept, {"by": "Ada", "edits": [an_edit(kept, 2, "Ada's words.")]})
    assert ask(client, "/undo", kept, {"by": "Ada"}).status_code == 200
    assert ask(client, "", kept).json()["blocks"][2]["text"] == before
    assert ask(client, "/undo", kept, {"by": "Bo"}).status_code == 409


def test_redo_brings_ones_own_words_back(client: TestClient, kept: KeptPlan) -> None:
    ask(client, "/edits", kept, {"by": "Ada", "edits": [an_edit(kept, 2, "Ada's words.")]})
    ask(client, "/undo", kept, {"by": "Ada"})
    assert ask(client, "/redo", kept, {"by": "Bo"}).status_code == 409
    assert ask(client, "/redo", kept, {"by": "Ada"}).status_code == 200
    assert ask(client, "", kept).json()["blocks"][2]["text"] == "Ada's words."
    assert ask(client, "/redo", kept, {"by": "Ada"}).json()["error"] == "There is nothing of yours to redo."


@pytest.mark.parametrize("words", ["Sven has the keys.", "Ask Petra for the keys by noon."])
def test_what_the_rep_vouches_for_becomes_a_note_and_its_mark_goes(
    client: TestClient, kept: KeptPlan, words: str
) -> None:
    at = next(place for place, one in enumerate(kept.blocks) if one.block.part == "before" and one.block.kind == "item")
    block = kept.blocks[at].block
    ask(client, "/edits", kept, {"by": "Ada", "edits": [an_edit(kept, at, f"{block.text} {words}")]})
    rechecking.recheck_kept(desk().db, kept.id)
    marked = ask(client, "", kept).json()["blocks"][at]["check"]
    assert [one.endswith("it rests on your word alone") for one in marked["problems"]] == [True]
    assert ask(client, "/vouch", kept, {"by": "Ada", "block": block.id}).status_code == 200
    now = plans.load_plan(desk().db, kept.id)
    assert now.context.notes[-1].text == f"The rep says: {words}"
    assert now.blocks[at].block.check.problems == ()
    assert ask(client, "/vouch", kept, {"by": "Ada", "block": block.id}).status_code == 409


def test_what_the_page_shows_of_a_confidence_is_opened_at_its_mark_and_taken_back(
    client: TestClient, kept: KeptPlan
) -> None:
    told = Block(id="G1", kind="item", text="- Maria on Jens and Scandex.", part="in_confidence", citations=("L9",))
    plans.set_groundwork(desk().db, kept.id, Groundwork(blocks=(told,)))
    at = next(place for place, one in enumerate(kept.blocks) if one.block.kind == "quote")
    ask(client, "/edits", kept, {"by": "Ada", "edits": [an_edit(kept, at, "> “Jens talks with Scandex.”")]})
    rechecking.recheck_kept(desk().db, kept.id)
    assert ask(client, "", kept).json()["blocks"][at]["confidential"] == ["L9"]
    said = {"by": "Ada", "line": "L9", "may_be_said": True}
    assert ask(client, "/confidence", kept, said).status_code == 200
    assert ask(client, "", kept).json()["blocks"][at]["confidential"] is None
    assert ask(client, "/confidence", kept, said).status_code == 409
    assert ask(client, "/confidence", kept, {**said, "may_be_said": False}).status_code == 200
    assert ask(client, "", kept).json()["blocks"][at]["confidential"] == ["L9"]
    assert ask(client, "/confidence", kept, {**said, "line": "L99", "may_be_said": False}).status_code == 409


def suggested(kept: KeptPlan, **fields: object) -> Suggestion:
    block = kept.blocks[2].block
    old = block.text.split(".")[0]
    return Suggestion(id="S1", kind="cut", block=block.id, old=old, new="Shorter", why="Too long", **fields)  # type: ignore[arg-type]


def test_a_suggestion_is_accepted_undone_and_dismissed(client: TestClient, kept: KeptPlan) -> None:
    plans.set_suggestions(desk().db, kept.id, (suggested(kept),))
    ask(client, "/suggestions/S1", kept, {"action": "accept", "by": "Ada"})
    assert ask(client, "", kept).json()["blocks"][2]["text"].startswith("Shorter")
    ask(client, "/suggestions/S1", kept, {"action": "undo", "by": "Ada"})
    assert ask(client, "", kept).json()["blocks"][2]["text"] == kept.blocks[2].block.text
    answer = ask(client, "/suggestions/S1", kept, {"action": "dismiss", "reason": "No", "by": "Ada"}).json()
    assert (answer["suggestion"]["state"], answer["suggestion"]["reason"]) == ("dismissed", "No")


def test_a_suggestion_is_taken_in_the_reps_own_wording(client: TestClient, kept: KeptPlan) -> None:
    plans.set_suggestions(desk().db, kept.id, (suggested(kept),))
    ask(client, "/suggestions/S1", kept, {"action": "edit", "text": "My wording", "by": "Ada"})
    block = ask(client, "", kept).json()["blocks"][2]
    assert block["text"].startswith("My wording")
    assert block["touched"]


def test_a_suggestion_whose_words_have_changed_says_so(client: TestClient, kept: KeptPlan) -> None:
    plans.set_suggestions(desk().db, kept.id, (suggested(kept),))
    ask(client, "/edits", kept, {"by": "Ada", "edits": [an_edit(kept, 2, "Quite other words.")]})
    answer = ask(client, "/suggestions/S1", kept, {"action": "accept", "by": "Ada"})
    assert answer.status_code == 409
    assert "have changed since" in answer.json()["error"]
    assert ask(client, "", kept).json()["blocks"][2]["text"] == "Quite other words."


def test_a_missing_part_is_said_at_its_place(client: TestClient, kept: KeptPlan) -> None:
    fallback = [one for one in kept.blocks if one.block.part == "fallback"]
    for one in fallback:
        edit = {"op": one.block.id, "action": "delete", "block": one.block.id, "base": one.revision}
        ask(client, "/edits", kept, {"by": "Ada", "edits": [edit]})
    rechecking.recheck_kept(desk().db, kept.id)
    state = ask(client, "", kept).json()
    (missing,) = [one for one in state["missing"] if one["part"] == "fallback"]
    assert "fall-back" in missing["say"]
    assert missing["after"] in {block["id"] for block in state["blocks"]}


def test_a_part_is_redrafted_without_a_model_from_the_notes(client: TestClient, kept: KeptPlan) -> None:
    deleted = [one for one in kept.blocks if one.block.part == "answers"]
    wanted = [one.block.text for one in deleted]
    assert wanted
    for one in deleted:
        edits_ = [{"op": one.block.id, "action": "delete", "block": one.block.id, "base": one.revision}]
        ask(client, "/edits", kept, {"by": "Ada", "edits": edits_})
    answer = ask(client, "/redraft", kept, {"part": "answers", "by": "Ada"})
    assert answer.status_code == 200
    job = answer.json()["job"]
    assert job["kind"] == "redraft_part"
    desk().drafter.wait(kept.id, timeout_s=60)
    texts = [block["text"] for block in ask(client, "", kept).json()["blocks"]]
    assert set(wanted) <= set(texts)


@pytest.mark.parametrize(
    ("name", "start"),
    [
        (".pdf", b"%PDF"),
        (".md", b"---"),
        (".json", b"{"),
        (".docx", b"PK"),
        (".ics", b"BEGIN:VCALENDAR"),
        ("-agenda.pdf", b"%PDF"),
        ("-agenda.docx", b"PK"),
        ("-agenda.md", b"#"),
    ],
)
def test_the_page_and_the_agenda_are_downloaded(client: TestClient, kept: KeptPlan, name: str, start: bytes) -> None:
    token = grant(desk().secret, kept.id, right="read")
    answer = client.get(f"/files/{kept.id}{name}?token={token}")
    assert answer.status_code == 200
    assert answer.content.startswith(start)
    assert f"harrowgate-chilled-foods{name}" in answer.headers["content-disposition"]


def test_a_page_is_downloaded_with_the_codes_of_its_lines_where_they_are_asked_for(
    client: TestClient, kept: KeptPlan
) -> None:
    address = f"/files/{kept.id}.md?token={grant(desk().secret, kept.id, right='read')}"
    assert re.search(r"\[L\d+[\]\s]", client.get(f"{address}&sources=1").text)
    assert not re.search(r"\[L\d+[\]\s]", client.get(address).text)


def test_the_calendar_file_is_in_the_zone_that_was_asked_for(client: TestClient, kept: KeptPlan) -> None:
    address = f"/files/{kept.id}.ics?token={grant(desk().secret, kept.id, right='read')}&zone="
    (event,) = Calendar.from_ical(client.get(f"{address}America%2FNew_York").content).walk("VEVENT")
    assert event["DTSTART"].params["TZID"] == "America/New_York"
    assert client.get(f"{address}Nowhere").status_code == 409


@pytest.mark.parametrize("name", [".exe", "-secrets.pdf", "-agenda.json"])
def test_no_other_file_is_given(client: TestClient, kept: KeptPlan, name: str) -> None:
    answer = client.get(f"/files/{kept.id}{name}?token={grant(desk().secret, kept.id)}")
    assert answer.status_code == 409
    assert "no download of this kind" in answer.json()["error"]


def test_deleted_words_stay_findable(client: TestClient, kept: KeptPlan) -> None:
    one = kept.blocks[2]
    edit = {"op": "d", "action": "delete", "block": one.block.id, "base": one.revision}
    ask(client, "/edits", kept, {"by": "Ada", "edits": [edit]})
    assert [block.id for block in history.deleted_by_rep(desk().db, kept.id)] == [one.block.id]
    edits.undo_last(desk().db, kept.id, by="Ada")
    assert history.deleted_by_rep(desk().db, kept.id) == ()
