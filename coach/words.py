"""Words that numbers and dates are written with, in English, German, French, Spanish and Dutch (pure data).

Keys are folded: lower case, no accents, ASCII digits. Knows nothing about notes or plans.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

_PLAIN = {
    "\u2010": "-", "\u2011": "-", "\u2012": "-", "\u2013": "-", "\u2014": "-", "\u2212": "-",
    "\u2018": "'", "\u2019": "'", "\u201a": "'", "\u201c": '"', "\u201d": '"', "\u201e": '"',
    "\u00ab": '"', "\u00bb": '"',
    "\u00a0": " ", "\u202f": " ", "\u2007": " ", "\u2009": " ", "\u3000": " ", "\t": " ",
    "ß": "s", "ø": "o", "Ø": "o", "ł": "l", "Ł": "l", "\u066b": ".", "\u066c": ",", "\u066a": "%",
}  # fmt: skip


def listed(words: str) -> frozenset[str]:
    """The words of a text as a set."""
    return frozenset(words.split())


@lru_cache(maxsize=4096)
def fold(text: str) -> str:
    """Lower case, without accents, with ASCII digits, quotes, dashes and spaces; as long as `text`, sign by sign."""
    return text.lower() if text.isascii() else text.translate(_FOLDED)


class _Folded(dict[int, str]):
    """What each sign is folded to, as `str.translate` asks for it."""

    def __missing__(self, sign: int) -> str:
        self[sign] = _folded(chr(sign))
        return self[sign]


_FOLDED = _Folded()


def _folded(sign: str) -> str:
    if sign in _PLAIN:
        return _PLAIN[sign]
    if sign.isdecimal():
        return str(unicodedata.decimal(sign))
    base = unicodedata.normalize("NFKD", sign)[:1] or sign
    lower = base.lower() if not sign.isspace() else sign
    return lower if len(lower) == 1 and (lower.isascii() or sign.isalpha()) else sign


def _numbered(rows: str, first: int) -> dict[str, int]:
    return {word: number for number, row in enumerate(rows.strip().splitlines(), first) for word in row.split()}


MONTHS: dict[str, int] = _numbered(
    """
    january jan januar janner janvier janv enero ene januari
    february feb februar fevrier fevr febrero februari
    march mar marz mrz mars marzo maart mrt
    april apr avril avr abril abr
    may mai mayo mei
    june jun juni juin junio
    july jul juli juillet juil julio
    august aug aout agosto augustus
    september sep sept septembre septiembre
    october oct oktober okt octobre octubre
    november nov novembre noviembre
    december dec dezember dez decembre diciembre dic
    """,
    1,
)

WEEKDAYS: dict[str, int] = _numbered(
    """
    monday mon montag mo lundi lun lunes maandag ma
    tuesday tue tues dienstag di mardi martes dinsdag
    wednesday wed weds mittwoch mi mercredi mer miercoles mie woensdag woe wo
    thursday thu thur thurs donnerstag do jeudi jeu jueves jue donderdag
    friday fri freitag fr vendredi ven viernes vie vrijdag vr
    saturday sat samstag sonnabend samedi sam sabado sab zaterdag za
    sunday sun sonntag dimanche dim domingo dom zondag zo
    """,
    0,
)
"""Abbreviations that are words of their own (`do`, `mi`, `sat`) count only beside a date."""

WEEKDAY_NAMES = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")

NUMBERS: dict[str, int] = _numbered(
    """
    two zwei deux dos twee
    three drei trois tres drie
    four vier quatre cuatro
    five funf funfe cinq cinco vijf
    six sechs seis zes
    seven sieben siete zeven
    eight acht huit ocho
    nine neun neuf nueve negen
    ten zehn dix diez tien
    eleven elf onze
    twelve zwolf douze doce twaalf dozen dutzend douzaine docena dozijn
    thirteen dreizehn treize trece dertien
    fourteen vierzehn quatorze catorce veertien
    fifteen funfzehn quinze quince vijftien
    sixteen sechzehn seize
    seventeen siebzehn
    eighteen achtzehn
    nineteen neunzehn
    twenty zwanzig vingt veinte twintig
    """,
    2,
) | {"sept": 7, "thirty": 30, "dreissig": 30, "dreisig": 30, "trente": 30, "treinta": 30, "dertig": 30, "forty": 40,
     "vierzig": 40, "quarante": 40, "cuarenta": 40, "fifty": 50, "funfzig": 50, "cinquante": 50, "sixty": 60,
     "seventy": 70, "eighty": 80, "ninety": 90}  # fmt: skip

TENS = frozenset({20, 30, 40, 50, 60, 70, 80, 90})
DOZENS = frozenset({"dozen", "dutzend", "douzaine", "docena", "dozijn"})

MULTIPLIERS: dict[str, int] = {
    "k": 10**3, "tsd": 10**3, "tausend": 10**3, "thousand": 10**3, "mille": 10**3, "mil": 10**3, "duizend": 10**3,
    "hundred": 100, "hundert": 100, "cent": 100,
    "m": 10**6, "mn": 10**6, "mm": 10**6, "mio": 10**6, "mln": 10**6, "million": 10**6, "millions": 10**6,
    "millionen": 10**6, "millones": 10**6, "miljoen": 10**6,
    "b": 10**9, "bn": 10**9, "mrd": 10**9, "billion": 10**9, "milliarden": 10**9, "milliards": 10**9,
}  # fmt: skip

CURRENCIES: dict[str, str] = {
    "€": "EUR", "eur": "EUR", "euro": "EUR", "euros": "EUR", "£": "GBP", "gbp": "GBP", "pounds": "GBP", "quid": "GBP",
    "$": "USD", "usd": "USD", "us$": "USD", "dollars": "USD", "cad": "CAD", "c$": "CAD", "ca$": "CAD", "aud": "AUD",
    "a$": "AUD", "nzd": "NZD", "chf": "CHF", "sfr": "CHF", "¥": "JPY", "jpy": "JPY", "sek": "SEK", "nok": "NOK",
    "dkk": "DKK", "pln": "PLN", "czk": "CZK", "inr": "INR", "₹": "INR", "brl": "BRL", "r$": "BRL", "mxn": "MXN",
}  # fmt: skip

UNITS: dict[str, str] = {
    "s": "s", "sec": "s", "secs": "s", "second": "s", "seconds": "s", "sekunden": "s", "secondes": "s",
    "min": "min", "mins": "min", "minute": "min", "minutes": "min", "minuten": "min", "minutos": "min",
    "h": "h", "hr": "h", "hrs": "h", "hour": "h", "hours": "h", "std": "h", "stunde": "h", "stunden": "h",
    "heure": "h", "heures": "h", "hora": "h", "horas": "h", "uur": "h", "uren": "h",
    "day": "day", "days": "day", "d": "day", "tag": "day", "tage": "day", "tagen": "day", "jour": "day",
    "jours": "day", "dia": "day", "dias": "day", "dag": "day", "dagen": "day",
    "week": "week", "weeks": "week", "wk": "week", "wks": "week", "woche": "week", "wochen": "week",
    "semaine": "week", "semaines": "week", "semana": "week", "semanas": "week", "weken": "week",
    "month": "month", "months": "month", "mo": "month", "mth": "month", "mths": "month", "monat": "month",
    "monate": "month", "monaten": "month", "mon": "month", "mois": "month", "mes": "month", "meses": "month",
    "maand": "month", "maanden": "month",
    "year": "year", "years": "year", "yr": "year", "yrs": "year", "y": "year", "jahr": "year", "jahre": "year",
    "jahren": "year", "an": "year", "ans": "year", "annee": "year", "annees": "year", "ano": "year", "anos": "year",
    "jaar": "year", "jaren": "year",
    "%": "%", "percent": "%", "prozent": "%", "pct": "%", "procent": "%",
    "x": "x", "times": "x", "mal": "x", "fois": "x", "veces": "x",
    "c": "°C", "°c": "°C", "kg": "kg", "km": "km", "mwh": "MWh", "kwh": "kWh", "gb": "GB", "mb": "MB",
}  # fmt: skip

NOT_UNITS = listed(
    """a an the of in on at to from by for and or per is are was were be been has have had not no only as than that
    this with without until till between before after since if then so it its they we you i he she but into over
    under der die das den dem des und oder von im in am an zu bis ist sind war mit pro auf fur aus bei nach nicht le
    la les des du de et ou est sont par pour avec en au aux sur dans un une el los las del y o es son por para con
    een het van op aan te will would can could may might must should do does did which who what when where how each
    every more less now today again against together once twice within about around above below out off up down because
    while both
    whether late already late later earlier ago past instead first net gross still rather either too always never stay
    stays remain remains mean means need needs hurt hurts fit fits suit suits become becomes go goes come comes keep
    keeps give gives make makes take takes hold holds help helps apply applies"""
)
"""Words that never name what is counted."""
