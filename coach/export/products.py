"""What we sell by name, as the record lists it (pure): a customer may read our products' names anywhere.

Only lists that say so themselves count: the offer, a field `Product`, the names under `"products": [`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from coach.schema import AccountContext

_LIST = re.compile(r"\W*(?:products?|line items|produkte|produits|productos)\W*$", re.IGNORECASE)
"""A key that opens a list: `"products": [`."""
_FIELD = re.compile(
    r"\W*(?:our )?(?:products?(?: names?)?|line items?|produkte?|produits?|productos?)\b\W{0,3}:\W*(?P<names>\S.*)",
    re.IGNORECASE,
)
_ENTRY = re.compile(r'\W*"?(?P<key>[a-z_]+)"?\s*:\s*"?(?P<value>[^"]*)"?,?\s*$', re.IGNORECASE)
_OF_A_PRODUCT = frozenset(
    {"name", "productname", "product_name", "product", "quantity", "unitprice", "unit_price", "price", "id", "total"}
)
_NAMES = frozenset({"name", "productname", "product_name", "product"})


def product_names(context: AccountContext) -> tuple[str, ...]:
    """Names of our products, as they are written in the record."""
    return tuple(dict.fromkeys(_names(context)))


def _names(context: AccountContext) -> Iterator[str]:
    yield from [context.seller.offer] if context.seller.offer else []
    is_list = False
    for line in (*context.notes, *context.fields):
        if _LIST.fullmatch(line.text):
            is_list = True
            continue
        entry = _ENTRY.fullmatch(line.text)
        is_list = is_list and entry is not None and entry["key"].casefold() in _OF_A_PRODUCT
        if is_list and entry and entry["key"].casefold() in _NAMES:
            yield entry["value"]
        elif field := _FIELD.fullmatch(line.text):
            yield field["names"].strip(" \"',[]")
