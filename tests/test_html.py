"""A page as HTML cannot do anything: no link, no image, no element of its own."""

import re

import pytest

from coach.export.html import text_to_html, to_html
from coach.schema import Block, Check


@pytest.mark.parametrize(
    "hostile",
    [
        "![x](https://evil.example/a.png)",
        "[click](javascript:alert(1))",
        "<img src=x onerror=alert(1)>",
        "<script>alert(1)</script>",
        "<https://evil.example>",
        "[ref]\n\n[ref]: https://evil.example",
        "a <iframe src='https://evil.example'></iframe>",
        "&lt;script&gt;",
    ],
)
def test_nothing_in_a_text_becomes_active(hostile: str) -> None:
    html = text_to_html(hostile).casefold()
    assert set(re.findall(r"<(\w+)", html)) <= {"p", "br"}


def test_lines_stand_behind_the_last_word_and_doubts_are_said() -> None:
    doubt = Check(status="unverified", problems=("“35 %” stands in none of L4",))
    html = to_html([Block(id="B1", kind="item", text="- Tom <waits>", part="people", citations=("L4",), check=doubt)])
    assert "Tom &lt;waits&gt; <small" in html
    assert "L4" in html
    assert "not verified in the notes" in html
    assert "stands in none of L4" in html
