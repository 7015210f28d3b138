"""What open browsers hear of their plan."""

from __future__ import annotations

import asyncio
import json
import threading

from coach.ui.live import Hub, Message, as_event


async def first(hub: Hub, plan_id: str, *, then: list[tuple[str, object]]) -> list[Message]:
    """What a listener hears when these things happen after it came."""
    heard: list[Message] = []

    async def listen() -> None:
        async for message in hub.listen(plan_id):
            assert message
            heard.append(message)
            if message.kind == "ended":
                return

    listening = asyncio.create_task(listen())
    await asyncio.sleep(0)
    for what, value in then:
        {"changed": hub.changed, "stage": hub.stage, "ended": hub.ended}[what](plan_id, value)  # type: ignore[operator]
    await asyncio.wait_for(listening, 5)
    return heard


async def test_a_listener_hears_what_happens_to_its_plan_from_any_thread() -> None:
    hub, heard = Hub(), asyncio.Queue[Message | None]()

    async def listen() -> None:
        async for message in hub.listen("one"):
            heard.put_nowait(message)

    listening = asyncio.create_task(listen())
    await asyncio.sleep(0)
    hub.changed("another", 4)
    threading.Thread(target=hub.changed, args=("one", 7)).start()
    message = await asyncio.wait_for(heard.get(), 5)
    listening.cancel()
    assert message == Message("change", json.dumps({"revision": 7}))


async def test_a_slow_listener_gets_the_newest_text_and_not_every_step() -> None:
    hub = Hub()
    for_one = first(hub, "one", then=[("stage", "page"), ("changed", 1), ("changed", 2), ("ended", "")])
    heard = await for_one
    assert [message.kind for message in heard] == ["stage", "change", "ended"]
    assert json.loads(heard[1].data) == {"revision": 2}


async def test_what_is_being_written_is_there_for_who_comes_later_until_it_ends() -> None:
    hub = Hub()
    hub.text("one", "page", "## What dec")
    assert (hub.writing("one").stage, hub.writing("one").text) == ("page", "## What dec")
    hub.ended("one")
    assert hub.writing("one").text == ""


async def test_changes_of_another_process_are_found() -> None:
    hub, asked = Hub(), list[list[str]]()
    pulses = iter([{"one": 3}, {"one": 3}, {"one": 4}])

    def look(plan_ids: list[str]) -> dict[str, int]:
        asked.append(plan_ids)
        return next(pulses, {"one": 4})

    looking = asyncio.create_task(hub.look(look, every_s=0.01))
    async for message in hub.listen("one"):
        assert message == Message("change", json.dumps({"pulse": 4}))
        break
    looking.cancel()
    assert asked[0] == ["one"]


async def test_nobody_who_left_is_looked_for() -> None:
    hub, asked = Hub(), list[list[str]]()
    looking = asyncio.create_task(hub.look(lambda plan_ids: asked.append(plan_ids) or {}, every_s=0.001))  # type: ignore[func-returns-value]
    await asyncio.sleep(0.02)
    looking.cancel()
    assert asked == []


def test_an_event_is_written_as_browsers_read_it() -> None:
    assert as_event(Message("change", '{"revision": 7}')) == 'event: change\ndata: {"revision": 7}\n\n'
    assert as_event(None).startswith(":")


async def test_closing_lets_every_listener_go() -> None:
    hub = Hub()

    async def listen() -> int:
        return len([message async for message in hub.listen("one")])

    listening = [asyncio.create_task(listen()) for _ in range(3)]
    await asyncio.sleep(0)
    hub.close()
    assert await asyncio.wait_for(asyncio.gather(*listening), 5) == [0, 0, 0]
