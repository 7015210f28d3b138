"""Signed tokens: who may read or edit one plan, in an address or a header, for a while.

Knows nothing about people; whoever may open a plan's page in the browser is given one.
"""

from __future__ import annotations

from typing import Literal, cast

from itsdangerous import BadData, URLSafeTimedSerializer

Right = Literal["edit", "read"]
LIFETIME_S = 7 * 24 * 3600
"""A laptop may sleep over a weekend with the page open; every rerun of the page brings a fresh one."""


def grant(secret: bytes, plan_id: str, *, right: Right = "edit") -> str:
    """A token that opens one plan until its lifetime is over."""
    return _serializer(secret).dumps([plan_id, right])


def right_of(secret: bytes, token: str, plan_id: str) -> Right | None:
    """What the token allows on this plan; None if it is another plan's, forged or too old."""
    try:
        said = _serializer(secret).loads(token, max_age=LIFETIME_S)
    except BadData:
        return None
    is_ours = isinstance(said, list) and len(said) == 2 and said[0] == plan_id and said[1] in ("edit", "read")
    return cast(Right, said[1]) if is_ours else None


def _serializer(secret: bytes) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(secret, salt="plan")
