"""A template of typst and words as JSON become a PDF: tagged for screen readers, from the bundled fonts.

Words are data, so none of them can be markup. Knows nothing about what a page says.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

import typst

Paper = Literal["a4", "us-letter"]
Json = dict[str, object]
_HERE = Path(__file__).parent


@dataclass(frozen=True)
class Typeset:
    data: bytes
    scale: float
    """Of the type, by which the template made everything fit; 1.0 is its own size."""


def typeset(template: str, page: Json, *, paper: Paper = "a4") -> Typeset:
    """Set a page by a template of this folder, which notes its scale as `<scale>`.

    Scripts that the bundled Noto Sans lacks are set in the machine's own fonts, without the PDF/UA mark.
    """
    inputs = {"page": json.dumps(page, default=asdict), "paper": paper}
    try:
        return _compiled(template, inputs, with_system_fonts=False)
    except typst.TypstError:  # PDF/UA refuses a page with a character that no font has
        return _compiled(template, inputs, with_system_fonts=True)


def _compiled(template: str, inputs: dict[str, str], *, with_system_fonts: bool) -> Typeset:
    compiler = typst.Compiler(
        _HERE / template,
        root=_HERE,
        font_paths=[_HERE / "fonts"],
        ignore_system_fonts=not with_system_fonts,
        sys_inputs=inputs,
    )
    standards: list[typst.PDFStandard] = [] if with_system_fonts else ["ua-1"]
    data, _ = compiler.compile_with_warnings(format="pdf", pdf_standards=standards)
    scale = float(json.loads(compiler.query("<scale>", field="value", one=True)))
    return Typeset(data if isinstance(data, bytes) else b"", scale)
