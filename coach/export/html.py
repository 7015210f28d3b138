"""Markdown as HTML, inert by construction: links, images and HTML in the text are shown as text."""

from __future__ import annotations

from functools import cache

from markdown_it import MarkdownIt


@cache
def _markdown() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False}).enable("table").disable(["link", "image", "autolink", "entity"])


def text_to_html(markdown: str) -> str:
    """Markdown of a model's or a person's; nothing in it becomes a link, an image or an element of its own."""
    return str(_markdown().render(markdown.replace("<br>", " · ")))


def line_to_html(markdown: str) -> str:
    """Words of one line, as in a table's cell: emphasis alone; a bar written as `\\|` is one."""
    return str(_markdown().renderInline(markdown.replace("<br>", " · ").replace("\\|", "|")))
