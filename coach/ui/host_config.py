"""How Streamlit's own script in the browser behaves: no dialog over what a person writes while the server is away.

Its "Connection error" dialog takes the focus, and letters typed meanwhile would be lost; the page says itself that
there is no connection and keeps what is written.
"""

from __future__ import annotations

import json

from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

PATH = "/_stcore/host-config"
OURS = {"blockErrorDialogs": True}


class WithoutErrorDialogs:
    """Plain ASGI: changes the one answer in which Streamlit tells its script how to behave."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].endswith(PATH):
            await self.app(scope, receive, send)
            return
        messages: list[Message] = []

        async def gather(message: Message) -> None:
            messages.append(message)

        await self.app(scope, receive, gather)
        start, data = messages[0], b"".join(message.get("body", b"") for message in messages[1:])
        if start["status"] == 200:
            data = json.dumps({**json.loads(data), **OURS}).encode()
            MutableHeaders(scope=start)["Content-Length"] = str(len(data))
        await send(start)
        await send({"type": "http.response.body", "body": data})


NO_ERROR_DIALOGS = (Middleware(WithoutErrorDialogs),)
