"""Numbers, amounts, percentages and durations in text, as values (pure). Shared by grounding, checks and builtin."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from itertools import zip_longest

from coach.moments import WORD_OR_NUMBER, date_matches, days_alone, time_matches
from coach.words import CURRENCIES, DOZENS, MULTIPLIERS, NOT_UNITS, NUMBERS, TENS, UNITS, fold

HARD_UNITS = frozenset({"%", "s", "min", "h", "day", "week", "month", "year", "x", "°C"})
"""Units that are never another one; a noun may be a synonym, or no unit at all (`46,080 needs a vote`)."""
AMOUNT = 1000
"""From here on a number without a currency may be money, whatever word follows it."""
MIN_PLAIN_WORD = 20
"""From here on, number words count without a noun behind them (`eher fünfzig`)."""

SECONDS: dict[str, Decimal] = {"s": Decimal(1), "min": Decimal(60), "h": Decimal(3600)}
"""Durations that are the same in any unit: 90 min is 1.5 h. Days and longer are not converted: they are counted."""


@dataclass(frozen=True)
class Figure:
    """A number as it stands in a text. `value` is normalised: `1.2M`, `1,200,000` and `1.200.000` are equal."""

    value: Decimal
    unit: str
    """ISO currency, `%`, `h`, `min`, `day`, `week`, `month`, `year`, a singular noun (`truck`), or empty."""
    text: str
    start: int
    end: int
    is_approximate: bool = False
    """After `about`, `~`, `around`, `over` …"""
    decimals: int = 0
    """Digits after the decimal mark as written, before `k` or `M`."""


@lru_cache(maxsize=4096)
def figures(text: str) -> tuple[Figure, ...]:
    """Every number in the text that is not part of a date, a time of day, a line label or a name (`SAP S4`)."""
    masked = _masked(text)
    digits = tuple(_digits(text, masked))
    words = tuple(_words(text, masked))
    written = {place for one in digits for place in range(one.start, one.end)} if words else set()
    apart = (one for one in words if written.isdisjoint(range(one.start, one.end)))
    found = sorted((*digits, *apart), key=lambda one: one.start)
    return tuple(_compounds(text, _ranges(text, found)))


def speaks_of_money(text: str) -> bool:
    """A quick first look: without a currency no figure is an amount of one."""
    return _MONEY.search(fold(text)) is not None


def seconds(figure: Figure) -> Decimal | None:
    """A duration up to hours, in seconds; None for any other figure."""
    return figure.value * SECONDS[figure.unit] if figure.unit in SECONDS else None


def same_unit(one: Figure, other: Figure) -> bool:
    """`41 trucks` may be `41`, never `41 %` or `41 h`; `$` may be any dollar."""
    if one.unit == other.unit or not one.unit or not other.unit:
        return True
    if {one.unit, other.unit} <= SECONDS.keys():
        return True
    if {one.unit, other.unit} <= _DOLLARS and "$" in one.text + other.text:
        return True
    if max(abs(one.value), abs(other.value)) >= AMOUNT and not {one.unit, other.unit} & HARD_UNITS:
        return not (one.unit.isupper() and other.unit.isupper())
    return not any(unit in HARD_UNITS or unit.isupper() for unit in (one.unit, other.unit))


_DOLLARS = frozenset({"USD", "CAD", "AUD", "NZD"})
_CURRENCY = "|".join(re.escape(word) for word in sorted(CURRENCIES, key=len, reverse=True))
_NUMBER = re.compile(
    WORD_OR_NUMBER
    + rf"(?P<before>(?<![a-z])(?:{_CURRENCY})\s?|(?<![\w/])t(?:eur|chf)\s?)?(?P<sign>(?<![\w)\].])-(?=\d))?"
    r"(?P<number>\d{1,3}(?:(?P<group>[ .,'])\d{3})(?:(?P=group)\d{3})*(?![\d])(?:[.,]\d+(?!\d))?|\d+(?:[.,]\d+)?)"
    r"(?P<scale>\s?(?:tsd|tausend|thousand|mio|mln|mn|millionen|millions?|millones|mrd|milliarden|billion|bn|hundred)\b\.?|[kmb](?![a-z0-9²]))?"
    rf"(?P<after>\s?(?:t(?:eur|chf)\b|(?:{_CURRENCY})(?![a-z])))?"
)
_MONEY = re.compile(_CURRENCY)
_DIGIT = re.compile(r"\d")
_LETTERS = re.compile(r"[a-z]+")
_CURRENCY_BEFORE = 16
"""Signs before a number in which its currency stands."""
_WORD_BEFORE = re.compile(r"[a-z_]$|[a-z][-/]$|\d[./]$")
_WORD_BEHIND = re.compile(r"st\b|nd\b|rd\b|th\b|er\b|[./]\d")
_PERCENT = re.compile(
    r"\s?(?:%|per ?cent\b|prozent\b|procent\b|pct\b|pour ?cent\b|por ciento\b|v\.h\."
    r"|(?:in|out of|of) (?:a|every) hundred\b)"
)
_UNIT = re.compile(r"[\s-]?(?:working |full |calendar |business )?(°?[a-z](?:[a-z']*[a-z])?)")
_APPROXIMATE = re.compile(
    r"(?:\b(?:about|around|approx\.?|approximately|circa|ca\.?|rd\.?|rund|roughly|nearly|almost|over|more than"
    r"|well over|environ|etwa|ungefahr|gut|knapp|some|up to|at least|eher|so|unos|casi|or so)|~|≈|>|<)\s?$"
)
_WORD = re.compile(
    r"(?<![\w-])(?:(a|half a|one) )?(half|halbe[n]?|"
    + "|".join(sorted(NUMBERS, key=len, reverse=True))
    + r"|hundred|one)(?![\w'])"
)
_NUMBER_WORDS = frozenset({*NUMBERS, "half", "halbe", "halben", "hundred", "one"})
_CLOCK_BEFORE = re.compile(r"\b(?:at|till|until|by|before|from|past|to|um|bis|gegen) $")
_WORDS_BEFORE = 32
"""Signs before a figure that are looked at; the longest word that makes it approximate has thirteen."""
_NUMBER_BEHIND = re.compile(r"[\s-](" + "|".join(NUMBERS) + r"|hundred|thousand)\b")
_HALF_AFTER = re.compile(r"\s(?:an? (hour|day|year|month|week)|(?:of|the|der|des)\b)|\s(stunde)")
_AND_A_HALF = re.compile(r" and a half\b")
_COUNTED = re.compile(r"[\s-](?:of the |of |dozen )?([a-z]+)")


def _masked(text: str) -> str:
    """The folded text with dates, times and ordinals as spaces."""
    folded = fold(text)
    if not _DIGIT.search(folded):
        return folded
    spans = [(one.start, one.end) for one in date_matches(text)]
    spans += [one.span() for one in time_matches(text)]
    spans += [(one.start, one.end) for one in days_alone(text)]
    signs = list(folded)
    for start, end in spans:
        signs[start:end] = "\x00" * (end - start)
    return "".join(signs)


def _digits(text: str, masked: str) -> Iterator[Figure]:
    first = _DIGIT.search(masked)
    for match in _NUMBER.finditer(masked, max(0, first.start() - _CURRENCY_BEFORE)) if first else ():
        if not _is_in_a_word(masked, match):
            yield _figure(text, masked, match)


def _is_in_a_word(masked: str, match: re.Match[str]) -> bool:
    """`Q-3117`, `L4`, `S/4HANA`, `4.2.1`, `2nd`: no figures."""
    start, end = match.start("number"), match.end("number")
    before = masked[max(0, match.start() - 2) : match.start()]
    if not match["before"] and _WORD_BEFORE.search(before):
        return True
    rest = masked[end : end + 3]
    if _WORD_BEHIND.match(rest) and not match["scale"]:
        return True
    return masked[start:end] == "24" and rest.startswith("/7")


def _figure(text: str, masked: str, match: re.Match[str]) -> Figure:
    scale = (match["scale"] or "").strip(" .")
    thousands = any((match[name] or "").strip().startswith(("teur", "tchf")) for name in ("before", "after"))
    value, decimals = _value(match["number"], bool(scale))
    value *= MULTIPLIERS.get(scale, 1) * (1000 if thousands else 1)
    unit, end = _unit(masked, match)
    start = (
        match.start("before") if match["before"] else match.start("sign") if match["sign"] else match.start("number")
    )
    return Figure(
        value=-value if match["sign"] else value,
        unit=unit,
        text=text[start:end],
        start=start,
        end=end,
        is_approximate=_is_approximate(masked, start),
        decimals=decimals,
    )


def _is_approximate(masked: str, start: int) -> bool:
    return _APPROXIMATE.search(masked[max(0, start - _WORDS_BEFORE) : start]) is not None


def _value(written: str, has_scale: bool) -> tuple[Decimal, int]:
    """The number and its decimals. One mark before exactly three digits groups thousands, unless `Mio` follows."""
    marks = [sign for sign in written if not sign.isdigit()]
    if not marks:
        return Decimal(written), 0
    last = marks[-1]
    head, tail = written.rsplit(last, 1)
    groups = len(tail) == 3 and (marks.count(last) > 1 or not (has_scale and len(marks) == 1)) and head != "0"
    is_decimal = last in ".," and not groups and marks.count(last) == 1
    whole = re.sub(r"\D", "", head if is_decimal else written)
    return (Decimal(f"{whole}.{tail}"), len(tail)) if is_decimal else (Decimal(whole), 0)


def _unit(masked: str, match: re.Match[str]) -> tuple[str, int]:
    for name in ("before", "after"):
        if match[name]:
            word = match[name].strip()
            return CURRENCIES.get(word, word[1:].upper()), match.end()
    return _following_unit(masked, match.end())


def _following_unit(masked: str, end: int) -> tuple[str, int]:
    percent = _PERCENT.match(masked, end)
    if percent:
        return "%", percent.end()
    word = _UNIT.match(masked, end)
    if word is None or word[1] in NOT_UNITS:
        return "", end
    if word[1] in UNITS:
        return UNITS[word[1]], word.end()
    if word[1] == "mon" or len(word[1]) < 3:
        return "", end
    return _singular(word[1]), end


def _singular(word: str) -> str:
    word = word.removesuffix("'s")
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    return word[:-1] if word.endswith("s") and not word.endswith("ss") else word


def _words(text: str, masked: str) -> Iterator[Figure]:
    """Number words where something is counted: `team of three`, `two outages`, `half an hour`, `a dozen`."""
    if _NUMBER_WORDS.isdisjoint(_LETTERS.findall(masked)):
        return
    end = 0
    for match in _WORD.finditer(masked):
        found = _word_figure(text, masked, match) if match.start() >= end else None
        if found is not None:
            end = found.end
            yield found


def _word_figure(text: str, masked: str, match: re.Match[str]) -> Figure | None:
    word = match[2]
    if word.startswith(("half", "halb")):
        return _half(text, masked, match)
    value, end = _word_value(masked, match)
    before = masked[max(0, match.start() - _WORDS_BEFORE) : match.start()]
    if value is None or (_CLOCK_BEFORE.search(before) and not _counts(masked, end)):
        return None
    extra = _AND_A_HALF.match(masked, end)
    if extra:
        value, end = value + Decimal("0.5"), extra.end()
    unit, end = _following_unit(masked, end)
    is_counted = bool(unit) or _counts(masked, end)
    is_counted = (
        is_counted or value >= MIN_PLAIN_WORD or before.endswith((" of ", " a ")) or masked[end : end + 4] == " of "
    )
    if word == "one" and unit not in SECONDS and unit not in {"day", "week", "month", "year", "%"}:
        return None
    if not is_counted:
        return None
    start = match.start(2) if match[1] != "a" else match.start()
    return Figure(value, unit, text[start:end], start, end, _is_approximate(masked, start))


def _counts(masked: str, end: int) -> bool:
    """Whether a word stands behind that names what is counted; `until twenty past` counts nothing."""
    counted = _COUNTED.match(masked, end)
    return counted is not None and counted[1] not in NOT_UNITS


def _word_value(masked: str, match: re.Match[str]) -> tuple[Decimal | None, int]:
    word, end = match[2], match.end()
    value = 1 if word == "one" else 100 if word == "hundred" else NUMBERS[word]
    if word == "hundred" and match[1] is None:
        return None, end
    following = _NUMBER_BEHIND.match(masked, end)
    if following and value in TENS and NUMBERS.get(following[1], 99) < 10:
        return Decimal(value + NUMBERS[following[1]]), following.end()
    if following and (following[1] in DOZENS or following[1] in MULTIPLIERS):
        return Decimal(value * (12 if following[1] in DOZENS else MULTIPLIERS[following[1]])), following.end()
    return Decimal(value), end


def _half(text: str, masked: str, match: re.Match[str]) -> Figure | None:
    after = _HALF_AFTER.match(masked, match.end(2))
    if after is None:
        return None
    unit = UNITS.get(after[1] or after[2] or "", "")
    start, end = match.start(2), after.end() if unit else match.end(2)
    return Figure(Decimal("0.5"), unit, text[start:end], start, end, decimals=1)


def _ranges(text: str, found: list[Figure]) -> Iterator[Figure]:
    """`120-150k` and `5 to 6 %`: the first takes scale and unit of the second."""
    for one, two in zip_longest(found, found[1:]):
        between = fold(text[one.end : two.start]) if two else ""
        if two is None or one.unit or between.strip() not in {"-", "to", "bis", "a"} or not one.text.isdigit():
            yield one
            continue
        scale = 1000 if re.fullmatch(r"\W?\d+k.*", fold(two.text)) and one.value < 1000 else 1
        yield Figure(one.value * scale, two.unit, one.text, one.start, one.end, one.is_approximate)


def _compounds(text: str, found: Iterator[Figure]) -> Iterator[Figure]:
    """`2 h 40`, `4 min 10 s` and `4 minutes and 10 seconds` are one figure each."""
    held: Figure | None = None
    for one in found:
        joined = _joined(text, held, one) if held else None
        if held and joined is None:
            yield held
        held = joined or one
    if held:
        yield held


def _joined(text: str, one: Figure, two: Figure) -> Figure | None:
    smaller = {"h": "min", "min": "s"}.get(one.unit)
    between = fold(text[one.end : two.start]).strip()
    is_near = between in {"", "and", "und", "et"} and two.start - one.end <= 5
    is_next = smaller is not None and is_near and two.value < 60
    if not is_next or (two.unit != smaller and (two.unit or between)):
        return None
    value = one.value * 60 + two.value
    return Figure(value, smaller or "", text[one.start : two.end], one.start, two.end, one.is_approximate)
