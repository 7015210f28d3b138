"""A page as HTML: inert by construction. Links, images and HTML in the text are shown as text."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from html import escape

from markdown_it import MarkdownIt

from coach.markup import join
from coach.schema import AccountContext, Block, Drafted

_CLOSING = re.compile(r"(?:</(?:p|li|ul|ol|blockquote)>\s*)*$")
"""The lines of a block stand behind its last word, inside the last item of a list."""
_MARKS = {"unverified": ("△", "not verified in the notes"), "contradicted": ("✕", "a line says otherwise")}


@cache
def _markdown() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False}).enable("table").disable(["link", "image", "autolink", "entity"])


def text_to_html(markdown: str) -> str:
    """Markdown of a model's or a person's; nothing in it becomes a link, an image or an element of its own."""
    return str(_markdown().render(markdown.replace("<br>", " · ")))


def to_html(blocks: Iterable[Block]) -> str:
    """The blocks in their order, items of one list together, each with its lines and the mark of its check."""
    parts: list[str] = []
    for block in blocks:
        html = text_to_html(join([block])).rstrip()
        end = _CLOSING.search(html)
        words = end.start() if end else len(html)
        html = html[:words] + _lines(block) + html[words:]
        parts.append(f'<div class="block {escape(block.kind)} {escape(block.part)}">{html}</div>')
    return f'<div class="page">{"".join(parts)}</div>'


def notes_to_html(context: AccountContext) -> str:
    """Every line behind its label."""
    shown = (f'<div class="block"><b>{one.label}</b> {text_to_html(one.text)}</div>' for one in context.lines.values())
    return "".join(shown)


def critique_to_html(drafted: Drafted) -> str:
    """What the coach asks the rep, what the rules found, and the second reader's points on each draft."""
    asked = [f'<div class="block"><b>Tell the coach:</b> {text_to_html(one)}</div>' for one in drafted.questions]
    found = [
        f'<div class="block finding">{text_to_html(one.why)}<small class="lines">{escape(one.rule)}</small></div>'
        for one in drafted.critique.findings
    ]
    points = [point for draft in drafted.drafts for point in draft.critique.points]
    said = [f'<div class="block">{text_to_html(point.text)}</div>' for point in points]
    return "".join([*asked, *found, *said]) or '<div class="block">Nothing found.</div>'


def _lines(block: Block) -> str:
    if block.kind == "heading" or not (block.citations or block.check.status in _MARKS):
        return ""
    mark, meaning = _MARKS.get(block.check.status, ("", ""))
    title = escape("; ".join(block.check.problems) or meaning, quote=True)
    sign = f'<span class="unverified" title="{title}">{mark} {escape(meaning)}</span>' if mark else ""
    return f' <small class="lines">{escape(" ".join(block.citations))} {sign}</small>'
