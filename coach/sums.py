"""Sums in text (pure): those that are shown, whether they hold, and what follows from given figures."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache
from itertools import combinations, pairwise, permutations

from coach.figures import AMOUNT, HARD_UNITS, SECONDS, Figure, figures, same_unit
from coach.words import fold

CONSTANTS = frozenset(Decimal(number) for number in (12, 52, 4, 7, 24, 60, 100, 365))
"""Months and weeks a year, quarters, days a week, hours, minutes, per cent, days: nobody needs a line for them."""

MAX_TRIPLED = 5
"""So many figures are tried three at a time; more would make any number a result of something."""

BESIDE_WITHIN = 30
"""Signs between a sum and a result that no equals joins to it."""
SPREAD_OVER = (2, 3, 5)
"""Years over which something paid once is spread."""
FLOAT_SLACK = 1e-9
"""Share of a value that binary fractions may be off by."""


@dataclass(frozen=True)
class ShownSum:
    """`24 x 8,000 = 192,000`: terms, result, and whether they fit at the precision of the result."""

    terms: tuple[Figure, ...]
    result: Figure
    holds: bool
    text: str
    counts: Decimal
    """What the terms give."""


@dataclass(frozen=True)
class _Term:
    figure: Figure
    opens: int
    """Brackets that open before it."""
    closes: int


@lru_cache(maxsize=4096)
def shown_sums(text: str) -> tuple[ShownSum, ...]:
    """Sums written with signs, or in words: rates, shares, differences, totals. Each result once."""
    found = figures(text)
    shown: dict[int, ShownSum] = {}
    for one in (*_signed(text, found), *_worded(text, found), *_beside(text, found)):
        known = shown.get(one.result.start)
        if known is None:
            shown[one.result.start] = one
    return tuple(shown[start] for start in sorted(shown))


def fits(result: Figure, counted: Decimal) -> bool:
    """True where `counted`, rounded as `result` is written, is `result`."""
    difference = abs(abs(result.value) - abs(counted))
    return difference <= tolerance_of(result)


def follows(result: Figure, given: Sequence[Figure]) -> bool:
    """True where the result is a sum, difference, product, ratio or share of given figures."""
    if result.unit == "%" and any(fits(result, 100 - one.value) for one in given if one.unit == "%"):
        return True
    target, tolerance = abs(float(result.value)), float(tolerance_of(result))
    slack = tolerance + target * FLOAT_SLACK
    each = tuple(dict.fromkeys(given))
    alike = tuple(float(one.value) for one in each if same_unit(one, result))
    counted = _results(alike, each, result.unit == "%")
    nearest = bisect_left(counted, target - slack)
    if nearest < len(counted) and counted[nearest] <= target + slack:
        return True
    same = [one.value for one in given if one.unit == result.unit or not one.unit]
    return len(same) > 2 and fits(result, sum(same, Decimal()))


@lru_cache(maxsize=4096)
def scale_of(figure: Figure) -> Decimal:
    """What one unit of the last written digit is worth: 1000 for `46k`, 10 000 for `4.18m`."""
    match = re.search(r"\d\s?(k|m|bn|b|mio|mrd|tsd|million|thousand)?\b", fold(figure.text))
    word = match[1] if match else None
    scale = {"k": 3, "tsd": 3, "thousand": 3, "m": 6, "mio": 6, "million": 6, "b": 9, "bn": 9, "mrd": 9}.get(
        word or "", 0
    )
    return Decimal(10) ** (scale - figure.decimals)


def tolerance_of(result: Figure) -> Decimal:
    """By how much what it rounds may differ from it."""
    half = scale_of(result) / 2
    if not result.is_approximate:
        return half
    whole, place = abs(int(result.value)), Decimal(1)
    while whole and whole % 10 == 0:
        whole, place = whole // 10, place * 10
    return max(half, min(place / 2, abs(result.value) * Decimal("0.05")))


@lru_cache(maxsize=512)
def _results(alike: tuple[float, ...], given: tuple[Figure, ...], is_share: bool) -> tuple[float, ...]:
    """All that figures give, in order: sums and differences of those alike; products and ratios of any."""
    readings = [float(value) for one in given for value in _readings(one)]
    found = [value for one, two in combinations(alike, 2) for value in (one + two, one - two)]
    products = [one * two for one, two in combinations(readings, 2)]
    found += [value for product in products for value in (product, product * 12, product * 52)]
    found += [one / two for one, two in permutations(readings, 2) if two]
    found += [counted for value in readings for counted in (value * 12, value / 12, value * 52)]
    if is_share:
        values = [float(one.value) for one in given]
        found += [share for part, whole in permutations(values, 2) for share in _shares(part, whole)]
    found += [one * years for one in alike for years in SPREAD_OVER if one >= AMOUNT]
    found += [one + two / years for one, two in permutations(alike, 2) for years in SPREAD_OVER if one >= AMOUNT]
    found += _triples(alike, readings[:MAX_TRIPLED])
    return tuple(sorted({abs(value) for value in found}))


def _triples(alike: Sequence[float], readings: Sequence[float]) -> Iterator[float]:
    for one, two, three in combinations(readings, 3):
        yield one * two * three
    products = [two * three for two, three in combinations(readings, 2)]
    for base in alike:
        for product in products:
            yield from (base + product, base - product)
    for one, two, three in combinations(alike[:MAX_TRIPLED], 3):
        yield one + two + three


def _shares(part: float, whole: float) -> Iterator[float]:
    if whole:
        yield from (part / whole * 100, (part - whole) / whole * 100)


def _readings(one: Figure) -> Iterator[Decimal]:
    """A percentage also counts as a share, a duration also in the other units."""
    yield one.value
    if one.unit == "%":
        yield from (one.value / 100, 1 - one.value / 100, 1 + one.value / 100)
    if one.unit in SECONDS:
        yield from (one.value * SECONDS[one.unit] / size for unit, size in SECONDS.items() if unit != one.unit)


_OPERATORS = {"×": "*", "x": "*", "*": "*", "·": "*", "times": "*", "mal": "*", "fois": "*", "+": "+", "plus": "+",
              "-": "-", "minus": "-", "less": "-", "/": "/", "÷": "/", "divided by": "/"}  # fmt: skip
_WORDS_BETWEEN = r"[a-z°€$£%.]*(?:[ /][a-z€$£]+){0,4}"
_SIGN = re.compile(
    rf"^\s*{_WORDS_BETWEEN}\s*(?P<close>\)*)\s*(?P<sign>×|\*|·|\+|-|÷|/|\bx\b|\btimes\b|\bmal\b|\bplus\b|\bminus\b"
    rf"|\bdivided by\b)\s*(?P<open>[(~€$£]*)\s*$"
)
_HAS_SIGN = re.compile(r"[×*·+÷/-]|\b(?:x|times|mal|plus|minus|divided by)\b")
_PERCENT_OF = re.compile(r"^\s*(?:of|von|de|auf)(?: (?:the|her|his|their|its|your|our|die|den))?\s*[€$£]?\s*$")
_EQUALS = re.compile(
    rf"^\s*(?:{_WORDS_BETWEEN})?\s*\)?\s*,?\s*(?:=|≈|→|\bis\b|\bare\b|\bmakes?\b|\bgives\b|\bcomes to\b"
    rf"|\bergibt\b|\bsind\b|\bmacht\b|\bsoit\b|\bfont\b)"
    r"\s*(?:about|around|roughly|some|only|nearly|almost|over|rund|etwa|environ|ca\.?|~)?\s*[€$£]?\s*$"
)


_RANGE_DASHES = ("-", "–")
_SAYS_EQUAL = re.compile(r"[=≈→]|\b(?:is|are|makes?|gives|comes to|ergibt|sind|macht|soit|font)\b")


def _equals(between: str) -> bool:
    return _SAYS_EQUAL.search(between) is not None and _EQUALS.match(between) is not None


def _signed(text: str, found: tuple[Figure, ...]) -> Iterator[ShownSum]:
    """`a × b + c = d`, `8 % of 8,000 is 640`: a run of terms joined by signs, then an equals."""
    for run, signs, place in _runs(text, found):
        after = found[place + 1] if place + 1 < len(found) else None
        # the result may be the first term of the next sum: `2 × 3 = 6 + 1 = 7`
        if after and _equals(fold(text[run[-1].end : after.start])) and not _spans(text, run):
            yield _sum(text, run, after, _worked_out(_bracketed(text, run), signs))


def _spans(text: str, run: Sequence[Figure]) -> bool:
    """Whether a dash is that of a range, `$2–3M`, `40–45`: no sign of a sum."""
    return any(one.value < two.value and text[one.end : two.start] in _RANGE_DASHES for one, two in pairwise(run))


def _beside(text: str, found: tuple[Figure, ...]) -> Iterator[ShownSum]:
    """`£640: 8 % of £8,000`, `|8 % of £8,000|£640|`: a run with its result beside it; only what holds is a sum."""
    for run, signs, place in _runs(text, found):
        first = place - len(run)
        near = (found[place + 1 : place + 2], found[first : first + 1] if first >= 0 else ())
        for result in (one for side in near for one in side):
            start, end = (run[-1].end, result.start) if result.start > run[0].start else (result.end, run[0].start)
            if end - start <= BESIDE_WITHIN and not re.search(r"[.!?;]\s|\n", text[start:end]):
                one = _sum(text, run, result, _worked_out(_bracketed(text, run), signs))
                yield from [one] if one.holds else []


def _runs(text: str, found: tuple[Figure, ...]) -> Iterator[tuple[list[Figure], list[str], int]]:
    """Figures joined by signs, the signs, and the place of the last among those found."""
    run: list[Figure] = []
    signs: list[str] = []
    for place, one in enumerate(found):
        following = found[place + 1] if place + 1 < len(found) else None
        sign = _sign(one, fold(text[one.end : following.start])) if following else None
        run = [*run, one]
        if sign:
            signs = [*signs, sign]
            continue
        if signs:
            yield run, signs, place
        run, signs = [], []


def _bracketed(text: str, run: Sequence[Figure]) -> list[_Term]:
    """The terms with the brackets that open before and close behind each; those without a partner do not count."""
    terms = [
        _Term(
            one,
            len(re.findall(r"\(", text[run[place - 1].end if place else max(0, one.start - 3) : one.start])),
            len(re.findall(r"\)", text[one.end : run[place + 1].start if place + 1 < len(run) else one.end + 2])),
        )
        for place, one in enumerate(run)
    ]
    return terms


def _sign(one: Figure, between: str) -> str | None:
    if one.unit == "x" and re.fullmatch(r"\s*[(~€$£]*\s*", between):
        return "*"
    if one.unit == "%" and _PERCENT_OF.match(between):
        return "*"
    match = _SIGN.match(between) if _HAS_SIGN.search(between) else None
    return _OPERATORS[match["sign"]] if match else None


def _worked_out(terms: Sequence[_Term], signs: Sequence[str]) -> Decimal:
    """What stands in brackets first, then times and divided; a percentage that is multiplied counts as a share."""
    last = next((place for place, one in enumerate(terms) if one.closes and any(t.opens for t in terms[:place])), None)
    if last is None:
        return _in_line([one.figure for one in terms], signs)
    first = max(place for place in range(last) if terms[place].opens)
    inner = _in_line([one.figure for one in terms[first : last + 1]], signs[first:last])
    joined = _Term(replace(terms[first].figure, value=inner), terms[first].opens - 1, terms[last].closes - 1)
    return _worked_out([*terms[:first], joined, *terms[last + 1 :]], [*signs[:first], *signs[last:]])


def _in_line(run: Sequence[Figure], signs: Sequence[str]) -> Decimal:
    products = [_term(run[0], (*signs[:1],))]
    joins = ["+"]
    for sign, one in zip(signs, run[1:], strict=True):
        if sign in "*/":
            value = _term(one, (sign,))
            products[-1] = products[-1] * value if sign == "*" else products[-1] / value if value else Decimal()
        else:
            base = sum(products, Decimal())
            products.append(base * one.value / 100 if one.unit == "%" and run[0].unit != "%" else one.value)
            joins.append(sign)
    return sum((value if join == "+" else -value for join, value in zip(joins, products, strict=True)), Decimal())


def _term(one: Figure, signs: Sequence[str]) -> Decimal:
    return one.value / 100 if one.unit == "%" and "*" in signs else one.value


def _sum(text: str, terms: Sequence[Figure], result: Figure, counts: Decimal) -> ShownSum:
    start = min(one.start for one in (*terms, result))
    end = max(one.end for one in (*terms, result))
    readings = {counts, counts * 60, counts / 60, counts * 100} if result.unit in {"min", "h", "s", "%"} else {counts}
    if _IN_THOUSANDS.search(fold(result.text)):
        readings = {*readings, counts * 1000}
    return ShownSum(tuple(terms), result, any(fits(result, one) for one in readings), text[start:end], counts)


_IN_THOUSANDS = re.compile(r"t(?:eur|chf)\b")
"""`24 + 38 = 62 TEUR`: the unit is written once, behind the result."""
_RATE = re.compile(r"^\s*[a-z-]*\s*(?:an?|per|each|every|pro|je|par|por|/)\s*(?P<unit>[a-z]+)?")
_IN = re.compile(r"^[^.;=\d]*\b(?:in|for|over|during|across|within|fur|auf|pour|sur|en|by|among|between)\b[^.;=\d]*$")
_OF = re.compile(r"^\s*[a-z -]*\b(?:of|out of|von|sur|de)\b[^.;=\d]*$")
_AT = re.compile(r"^[^.;=\d]*\b(?:at|zu|a|each at)\s*[€$£]?\s*$")
_TOTAL = re.compile(r"^[^.;\d]{0,30}?\b(?:in all|in total|together|altogether|all told|insgesamt|zusammen|en tout)\b")
_TOTAL_BEFORE = re.compile(r"\b(?:together|in all|total(?:ling)?|makes?|sum|zusammen|insgesamt)\b[^.;\d]*$")
_MORE = re.compile(
    r"^[^.;,\d]{0,20}?\b(?:less|fewer|more|higher|lower|below|above|short of|short|points?|apart|cheaper"
    r"|dearer|gained|saved|weniger|mehr|de moins|de plus)\b"
)
_MORE_BEFORE = re.compile(
    r"\b(?:down by|up by|difference(?: of| is)?|gap(?: of| is)?|saves?|short by|minus|differs? by|up"
    r"|down)\b[^.;\d]{0,15}$"
)
_AND = re.compile(r"^[^.;=]{0,40}?(?:\band\b|\bund\b|\bet\b|,|\+|;)[^.;=]{0,40}$")
_FOR = re.compile(
    r"\s*(?:(?:a|per|each) [a-z]+ |[a-z]+ )?(?:for|over|times|fur|uber|pendant|pour|durante|por)\s*(?:the )?"
)
SPANS = frozenset({"day", "week", "month", "year"})
_FROM_TO = re.compile(r"^[^.;=]{0,40}\b(?:to|against|and|auf|vs\.?|instead of|statt|not)\b[^.;=]{0,40}$")
_SENTENCE_END = re.compile(r"[.!?;]\s|\n")


def _worded(text: str, found: tuple[Figure, ...]) -> Iterator[ShownSum]:
    """Three figures in one sentence of which the words say how the last follows from the others."""
    folded = fold(text)
    yield from _differences(text, folded, found)
    for one, two, three in zip(found, found[1:], found[2:], strict=False):
        if _SENTENCE_END.search(text, one.start, three.start):
            continue
        worked = _three(folded, one, two, three)
        if worked is not None:
            yield _sum(text, (one, two), three, worked)
    for one, two, three, four in zip(found, found[1:], found[2:], found[3:], strict=False):
        if not _SENTENCE_END.search(text, one.start, four.start) and _is_rate_for_a_time(folded, one, two, three, four):
            yield _sum(text, (one, two, three), four, one.value * two.value * three.value)
    yield from _totals(text, folded, found)


def _is_rate_for_a_time(folded: str, one: Figure, two: Figure, three: Figure, four: Figure) -> bool:
    """`52 users at 32 CAD for twelve months, is 19,968 CAD`."""
    first, second, third = (
        folded[before.end : after.start] for before, after in ((one, two), (two, three), (three, four))
    )
    is_rate = _AT.match(first) and _FOR.fullmatch(second) and three.unit in SPANS and "%" not in {one.unit, two.unit}
    return bool(is_rate) and _equals(third)


def _three(folded: str, one: Figure, two: Figure, three: Figure) -> Decimal | None:
    first, second, after = (
        folded[one.end : two.start],
        folded[two.end : three.start],
        folded[three.end : three.end + 40],
    )
    if three.unit == "%" and one.unit != "%" and _OF.match(first) and two.value and len(second) < 40:
        return one.value / two.value * 100
    rate = _RATE.match(after)
    if rate and _IN.match(first) and two.value and _per(two, rate["unit"], three) and one.unit != "%":
        return one.value / two.value
    if not _equals(second):
        return None
    if _fits_rate(_RATE.match(first), two):
        return one.value * two.value
    if _AT.match(first) and "%" not in {one.unit, two.unit}:
        return one.value * two.value
    return None


def _differences(text: str, folded: str, found: tuple[Figure, ...]) -> Iterator[ShownSum]:
    """`from 46 to 39 days in eight months, 7 less`: the pair before it that `to` joins."""
    for index, result in enumerate(found):
        for one, two in reversed(list(pairwise(found[max(0, index - 3) : index]))):
            is_joined = _FROM_TO.match(folded[one.end : two.start]) and _same_kind(one, two, result)
            is_near = not _SENTENCE_END.search(text, one.start, result.start)
            if (
                is_joined
                and is_near
                and _is_difference(folded, result, folded[two.end : result.start], folded[result.end :])
            ):
                yield _sum(text, (one, two), result, abs(one.value - two.value))
                break


def _per(two: Figure, unit: str | None, three: Figure) -> bool:
    """`6 hours … an hour`; `three years … a year`; `each` fits anything."""
    if unit is None:
        return True
    from_figure = fold(two.unit)
    names = {"h": "hour", "min": "minute", "s": "second"}
    return names.get(from_figure, from_figure).rstrip("s")[:3] == unit.rstrip("s")[:3] and three.unit != two.unit


def _fits_rate(rate: re.Match[str] | None, two: Figure) -> bool:
    if rate is None or rate["unit"] is None:
        return False
    names = {"h": "hour", "min": "minute", "s": "second"}
    return names.get(two.unit, two.unit)[:3] == rate["unit"][:3]


def _is_difference(folded: str, three: Figure, second: str, after: str) -> bool:
    return bool(_MORE.match(after) or _MORE_BEFORE.search(second)) and len(second) < 60


def _same_kind(*found: Figure) -> bool:
    return len({one.unit for one in found if one.unit in HARD_UNITS}) <= 1


def _totals(text: str, folded: str, found: tuple[Figure, ...]) -> Iterator[ShownSum]:
    for index, result in enumerate(found):
        is_total = _TOTAL.match(folded[result.end :]) or _TOTAL_BEFORE.search(folded[: result.start])
        terms = _terms_before(folded, found[:index])
        if is_total and len(terms) > 1 and not _SENTENCE_END.search(text, terms[0].start, result.start):
            counted = sum((one.value for one in terms), Decimal())
            if _same_kind(*terms, result):
                yield _sum(text, terms, result, counted)


def _terms_before(folded: str, before: Sequence[Figure]) -> list[Figure]:
    terms: list[Figure] = list(before[-1:])
    for one in reversed(before[:-1]):
        if not _AND.match(folded[one.end : terms[0].start]):
            break
        terms.insert(0, one)
    return terms
