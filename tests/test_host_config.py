"""What Streamlit tells its own script in the browser, as we want it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import streamlit as st
from starlette.testclient import TestClient

from coach.ui import main
from coach.ui.host_config import NO_ERROR_DIALOGS

SCRIPT = Path(main.__file__)


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    """One for the file: a process has one Streamlit runtime."""
    with TestClient(st.App(SCRIPT, middleware=NO_ERROR_DIALOGS)) as started:
        yield started


def test_no_dialog_stands_over_what_a_person_writes(client: TestClient) -> None:
    answer = client.get("/_stcore/host-config")
    assert answer.json()["blockErrorDialogs"] is True
    assert "allowedOrigins" in answer.json()
    assert answer.headers["Content-Length"] == str(len(answer.content))


def test_other_answers_pass_untouched(client: TestClient) -> None:
    assert client.get("/_stcore/health").text == "ok"
