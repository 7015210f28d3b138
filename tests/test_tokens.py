"""Who may open a plan by its address."""

from __future__ import annotations

from itsdangerous import URLSafeTimedSerializer

from coach.ui.tokens import grant, right_of

SECRET = b"s" * 32


def test_a_token_opens_its_own_plan_with_its_own_right() -> None:
    assert right_of(SECRET, grant(SECRET, "one"), "one") == "edit"
    assert right_of(SECRET, grant(SECRET, "one", right="read"), "one") == "read"


def test_a_token_opens_no_other_plan() -> None:
    assert right_of(SECRET, grant(SECRET, "one"), "two") is None


def test_a_forged_or_foreign_token_opens_nothing() -> None:
    assert right_of(SECRET, grant(b"t" * 32, "one"), "one") is None
    assert right_of(SECRET, "", "one") is None
    assert right_of(SECRET, URLSafeTimedSerializer(SECRET, salt="plan").dumps({"one": "edit"}), "one") is None
    assert right_of(SECRET, URLSafeTimedSerializer(SECRET, salt="plan").dumps(["one", "own"]), "one") is None
