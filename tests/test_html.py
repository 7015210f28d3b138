"""A page as HTML cannot do anything: no link, no image, no element of its own."""

import re

import pytest

from coach.export.html import text_to_html


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
