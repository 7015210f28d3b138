"""HTML -> the text a reader sees (pure). Scripts, comments and whatever is hidden from the eye are left out."""

from __future__ import annotations

import re

from bs4 import BeautifulSoup, Comment, Tag

_UNSEEN = ("script", "style", "template", "noscript", "head", "title", "iframe", "object", "svg")
_BLOCK_NAMES = "p div br li ul ol tr table h1 h2 h3 h4 h5 h6 blockquote section article header footer pre hr dt dd"
_BLOCKS = _BLOCK_NAMES.split()
_HIDING = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0(?![.\d]*[1-9])|opacity\s*:\s*0(?![.\d]*[1-9])|"
    r"(?:text-indent|left|top)\s*:\s*-\d{3,}|max-height\s*:\s*0|mso-hide\s*:\s*all",
    re.IGNORECASE,
)


def web_text(html: str) -> str:
    """One line a block or table row; links show their words only."""
    soup = BeautifulSoup(html, "lxml")
    for unseen in [*soup.find_all(_UNSEEN), *soup.find_all(string=lambda text: isinstance(text, Comment))]:
        unseen.extract()
    for tag in soup.find_all(_is_hidden):
        tag.extract()
    for text in soup.find_all(string=re.compile(r"\n")):
        if not text.find_parent("pre"):
            text.replace_with(re.sub(r"\s+", " ", text))
    for cell in soup.find_all(["td", "th"]):
        if cell.find_next_sibling(["td", "th"]):
            cell.append("; ")
    for tag in soup.find_all(_BLOCKS):
        tag.insert_before("\n")
        tag.insert_after("\n")
    return re.sub(r"[ \t]*\n\s*", "\n\n", soup.get_text()).strip()


def _is_hidden(tag: Tag) -> bool:
    return tag.has_attr("hidden") or bool(_HIDING.search(str(tag.get("style") or "")))
