"""Sums that are safe to do from the notes (pure): per year, per unit, over a stated limit. Each shows its terms.

Only where both terms stand in lines that belong together; a sample is never scaled up.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from coach.builtin.clashes import field_label
from coach.builtin.evidence import Evidence
from coach.builtin.spotting import Spotter
from coach.figures import Figure, figures, speaks_of_money

_LIMIT = Spotter(
    r"(?:anything (?:above|over|from)|above|over|limit(?: of)?|up to|under|below|more than|purchases over|ab|"
    r"über|bis zu|au-dessus de)\s*(?:my |our |the )?$"
)
_TERM = Spotter(r"(?:renewal|term|contract) of (\d{1,2}) (year|month)s?|= ?(\d{1,2}) ?(?:yr|year)s?")
_UNITS = {"user", "seat", "licence", "site", "plant", "store", "truck", "clinic", "lab", "login", "device", "job"}
_MONTHS = {"year": 12, "month": 1}


@dataclass(frozen=True)
class Sum:
    text: str
    labels: tuple[str, ...]
    is_internal: bool = False


@lru_cache(maxsize=4)
def sums(evidence: Evidence) -> tuple[Sum, ...]:
    """At most four, each with its terms."""
    found = [*_over_limit(evidence), *_per_year(evidence), *_per_unit(evidence)]
    return tuple({one.text: one for one in found}.values())[:4]


def plain(value: Decimal) -> str:
    """`1,234.5`; at most two decimals, none that are zero."""
    rounded = value.quantize(Decimal("0.01"))
    text = f"{rounded:,.2f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _record_amount(evidence: Evidence) -> tuple[Figure, str] | None:
    context = evidence.context
    figure = next((f for f in figures(context.amount) if f.value > 0), None)
    label = field_label(context, context.amount) if figure else ""
    return (figure, label) if figure and label else None


def _money(figure: Figure) -> bool:
    return len(figure.unit) == 3 and figure.unit.isupper()


def _over_limit(evidence: Evidence) -> list[Sum]:
    """The record's amount against a limit that a line states."""
    record = _record_amount(evidence)
    if record is None:
        return []
    amount, label = record
    found: list[Sum] = []
    for one in evidence.said:
        if one.label in evidence.confidential or one.label in evidence.limits:
            continue
        for figure in figures(one.text) if speaks_of_money(one.text) else ():
            stated = _LIMIT.search(one.text[: figure.start].rstrip(" $€£"))
            if (
                not stated
                or not _money(figure)
                or figure.unit not in ("", amount.unit)
                or not 0 < amount.value - figure.value < amount.value
            ):
                continue
            over = amount.value - figure.value
            found.append(
                Sum(
                    f"{plain(amount.value)} - {plain(figure.value)} = {plain(over)}: the record's amount is "
                    f"over the limit that the line states.",
                    (label, one.label),
                )
            )
    return found[:1]


def _per_year(evidence: Evidence) -> list[Sum]:
    """The record's amount by the term that the offer or a line of ours states."""
    record = _record_amount(evidence)
    if record is None:
        return []
    amount, label = record
    offer = next(
        (
            f
            for f in evidence.context.fields
            if evidence.context.seller.offer and evidence.context.seller.offer in f.text
        ),
        None,
    )
    sources = [(offer.text, offer.label, True)] if offer else []
    sources += [(said.text, said.label, False) for said in evidence.said]
    for text, source, is_offer in sources:
        term = _TERM.search(text)
        if not term or not (is_offer or any(f.value == amount.value for f in figures(text))):
            continue
        count = Decimal(term[1] or term[3])
        unit = (term[2] or "year").casefold()
        if count > 1:
            each = amount.value / count
            exact = "=" if each == each.quantize(Decimal("0.01")) else "≈"
            return [
                Sum(
                    f"{plain(amount.value)} / {count} = {plain(each)} a {unit}, if the amount covers {count} "
                    f"{unit}s.".replace("=", exact, 1),
                    (label, source),
                )
            ]
    return []


def _per_unit(evidence: Evidence) -> list[Sum]:
    """Money and a count of users or sites in one sentence."""
    found: list[Sum] = []
    for one in evidence.said:
        if one.label in evidence.confidential or one.size > 30:
            continue
        here = figures(one.text) if speaks_of_money(one.text) else ()
        money = [f for f in here if _money(f) and f.value >= 1000]
        counts = [f for f in here if f.unit in _UNITS and f.value > 1]
        if len(money) == 1 and len(counts) == 1 and not money[0].is_approximate:
            each = money[0].value / counts[0].value
            if each == each.quantize(Decimal("0.01")):
                found.append(
                    Sum(
                        f"{plain(money[0].value)} / {plain(counts[0].value)} = {plain(each)} for one {counts[0].unit}.",
                        (one.label,),
                        not evidence.may_be_shown(one.label),
                    )
                )
    return found
