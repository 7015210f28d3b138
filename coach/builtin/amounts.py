"""An amount of the record in the style of the notes beside it (pure): `£192,000` beside `£201,600`."""

from __future__ import annotations

import re

from coach.figures import Figure, figures
from coach.words import CURRENCIES, fold

_WRITTEN = re.compile(
    r"(?P<before>[^\d]*)(?P<number>\d{1,3}(?:(?P<mark>[.,'’ \u00a0\u202f])\d{3})+|\d+)(?P<after>[^\d]*)"
)


def written_like(amount: str, other: Figure) -> str:
    """The amount as the other one of its currency is written; else its digits grouped, its currency as it was.

    `64000 CAD` beside `$46,080` is `64,000 CAD`; an amount that is no whole number in digits stays as it is.
    """
    figure = next(iter(figures(amount)), None)
    own = _WRITTEN.fullmatch(amount.strip())
    if figure is None or own is None or re.sub(r"\D", "", own["number"]) != str(figure.value):
        return amount
    like = _WRITTEN.fullmatch(other.text.strip())
    number = f"{figure.value:,}"
    if like and other.unit == figure.unit and all(map(_is_currency, (like["before"], like["after"]))):
        if mark := like["mark"]:
            return f"{like['before']}{number.replace(',', mark)}{like['after']}"
        if len(like["number"]) > len("999"):
            return f"{like['before']}{figure.value}{like['after']}"
    return f"{own['before']}{number}{own['after']}"


def _is_currency(words: str) -> bool:
    said = fold(words).strip()
    return not said or said in CURRENCIES
