"""The pages of a run for people to label: read back from its folder, in an order of chance that stays the same."""

from __future__ import annotations

from pathlib import Path
from random import Random

from coach.errors import InputError
from coach.export.markdown import from_markdown
from evals.cases import Case, cases_or_faults
from evals.label import Page

PAGES = "pages"


def pages_of(folder: Path, arms: tuple[str, ...] = ()) -> list[Page]:
    """Every page of these arms; of all where none is named.

    Raises:
        InputError: there are none.
    """
    cases = {case.id: case for case in cases_or_faults()}
    files = [path for path in sorted((folder / PAGES).glob("*/*.md")) if not arms or path.parent.name in arms]
    found = [_page(path, cases[path.stem]) for path in files if path.stem in cases]
    if not found:
        raise InputError(f"{folder.name} has no pages{' of ' + ', '.join(arms) if arms else ''}.")
    Random(folder.name).shuffle(found)
    return found


def pairs_of(folder: Path, one: str, other: str) -> list[tuple[Page, Page]]:
    """Both arms' pages of each meeting that has both. Raises InputError where there are none."""
    first = {page.case: page for page in pages_of(folder, (one,))}
    second = {page.case: page for page in pages_of(folder, (other,))}
    return [(page, second[case]) for case, page in first.items() if case in second]


def _page(path: Path, case: Case) -> Page:
    plan = from_markdown(path.read_text("utf-8"), name=path.name, today=case.context.today)
    return Page(case.id, path.parent.name, case.context, plan)
