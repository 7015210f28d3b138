"""Amounts as exports write them (pure): `120,000.00`, `120.000,00 €`, `USD 1 200 000`.

Whether a lone mark is a decimal one is the column's to say, not the value's: see `decimal_of`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Decimal = Literal[".", ","]

_SIGNS = {"€": "EUR", "$": "USD", "£": "GBP", "¥": "JPY", "₹": "INR"}
_CODE = re.compile(r"(?<![A-Z])([A-Z]{3})(?![A-Z])")
_PLAIN = re.compile(r"[0-9]{1,15}(?:\.[0-9]{1,2})?$")
_NUMBER = re.compile(r"\(?-?\d[\d.,'’\s]*\)?")
_LONE_MARK = re.compile(r"\d([.,])(\d+)$")


@dataclass(frozen=True)
class Amount:
    value: float
    currency: str = ""
    """ISO 4217; empty where the cell names none."""


def decimal_of(values: Iterable[str]) -> Decimal | None:
    """The decimal mark that a column uses; None when none of its values tells."""
    found = {mark for value in values if (mark := _told(_digits(value)))}
    return found.pop() if len(found) == 1 else None


def amount(text: str, *, decimal: Decimal = ".") -> Amount | None:
    """The number and its currency; None when it is none, or there is more than one."""
    text = text.strip()
    if _PLAIN.match(text):
        return Amount(float(text))
    match = _NUMBER.search(text)
    if not match or _NUMBER.search(text, match.end()):
        return None
    rest = text[: match.start()] + text[match.end() :]
    if len(re.sub(r"[\W_]", "", rest)) > 4:
        return None
    value = _value(match[0], decimal)
    return None if value is None else Amount(value, currency(rest))


def currency(text: str) -> str:
    """The ISO code that a text names: `EUR`, `Amount (USD)`, `€`; empty when none, or several."""
    codes = [*_CODE.findall(text), *(code for sign, code in _SIGNS.items() if sign in text)]
    return codes[0] if len(set(codes)) == 1 else ""


def shown(value: float, code: str = "") -> str:
    """As the context's record has it: `120000 EUR`, `1054.5`."""
    number = str(int(value)) if value == int(value) else f"{value:.2f}"
    return f"{number} {code}".strip()


def _digits(text: str) -> str:
    match = _NUMBER.search(text)
    return re.sub(r"[^\d.,]", "", match[0]) if match else ""


def _told(digits: str) -> Decimal | None:
    """Both marks, the same one twice, or one not before three digits."""
    if "." in digits and "," in digits:
        return "." if digits.rfind(".") > digits.rfind(",") else ","
    if digits.count(".") > 1 or digits.count(",") > 1:
        return "," if "." in digits else "."
    lone = _LONE_MARK.search(digits)
    if not lone or len(lone[2]) == 3:
        return None
    return "." if lone[1] == "." else ","


def _value(number: str, decimal: Decimal) -> float | None:
    digits = re.sub(r"[^\d.,]", "", number)
    mark = _told(digits) or decimal
    plain = digits.replace("," if mark == "." else ".", "").replace(mark, ".")
    if plain.count(".") > 1:
        plain = plain.replace(".", "")
    try:
        value = float(plain)
    except ValueError:
        return None
    return -value if number.lstrip("(").startswith("-") or number.startswith("(") else value
