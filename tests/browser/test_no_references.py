"""An element is sent whole each time, never as a reference to one that the browser may have let go of."""

from __future__ import annotations

from playwright.sync_api import Page, WebSocket, expect
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from tests.browser.app import App, Tabs, go


def test_a_large_element_is_sent_whole_each_time(app: App, tabs: Tabs) -> None:
    plan_id = app.drafted_plan()
    page = tabs.plan(plan_id)
    frames = _heard(page)
    go(page, page.url)
    expect(page.locator(".sheet .bar")).to_be_visible()
    for _ in range(2):
        page.get_by_role("button", name="Share").click()
        expect(page.get_by_role("dialog")).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_have_count(0)
    kinds = {ForwardMsg.FromString(frame).WhichOneof("type") for frame in frames}
    assert "delta" in kinds
    assert "ref_hash" not in kinds


def _heard(page: Page) -> list[bytes]:
    frames: list[bytes] = []

    def _listen(socket: WebSocket) -> None:
        socket.on("framereceived", lambda frame: frames.append(frame) if isinstance(frame, bytes) else None)

    page.on("websocket", _listen)
    return frames
