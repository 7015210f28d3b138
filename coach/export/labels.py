"""The few words that the coach itself puts on a printed page, in the languages it speaks.

Everything else on a page is the writer's or the rep's. Knows nothing about layout.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Labels:
    code: str
    """ISO 639-1, also for hyphenation and screen readers."""
    decides: str
    best: str
    fallback: str
    stop: str
    not_verified: str
    contradicted: str
    builtin: str
    drafted_by: str
    internal: str
    notes: str
    weekdays: tuple[str, ...]
    months: tuple[str, ...]
    date: str
    """With the fields weekday, day, month and year."""

    def day(self, day: dt.date) -> str:
        weekday, month = self.weekdays[day.weekday()], self.months[day.month - 1]
        return self.date.format(weekday=weekday, day=day.day, month=month, year=day.year)


def _twelve(months: str) -> tuple[str, ...]:
    return tuple(months.split())


ENGLISH = Labels(
    code="en",
    decides="What decides it",
    best="Best outcome",
    fallback="Fall-back",
    stop="When to stop",
    not_verified="not verified in the notes",
    contradicted="the notes say otherwise",
    builtin="Taken from the notes without a model (builtin)",
    drafted_by="Drafted by",
    internal="Internal: not for the customer",
    notes="Notes",
    weekdays=("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    months=_twelve("January February March April May June July August September October November December"),
    date="{weekday} {day} {month} {year}",
)
GERMAN = Labels(
    code="de",
    decides="Was entscheidet",
    best="Bestes Ergebnis",
    fallback="Rückfallziel",
    stop="Wann wir aufhören",
    not_verified="in den Notizen nicht belegt",
    contradicted="die Notizen sagen anderes",
    builtin="Ohne Modell aus den Notizen zusammengestellt (builtin)",
    drafted_by="Entworfen von",
    internal="Intern: nicht für den Kunden",
    notes="Notizen",
    weekdays=("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag"),
    months=_twelve("Januar Februar März April Mai Juni Juli August September Oktober November Dezember"),
    date="{weekday}, {day}. {month} {year}",
)
FRENCH = Labels(
    code="fr",
    decides="Ce qui décide",
    best="Meilleur résultat",
    fallback="Objectif de repli",
    stop="Quand arrêter",
    not_verified="non vérifié dans les notes",
    contradicted="les notes disent autre chose",
    builtin="Tiré des notes sans modèle (builtin)",
    drafted_by="Rédigé par",
    internal="Interne : pas pour le client",
    notes="Notes",
    weekdays=("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"),
    months=_twelve("janvier février mars avril mai juin juillet août septembre octobre novembre décembre"),
    date="{weekday} {day} {month} {year}",
)
SPANISH = Labels(
    code="es",
    decides="Lo que decide",
    best="Mejor resultado",
    fallback="Objetivo alternativo",
    stop="Cuándo parar",
    not_verified="sin verificar en las notas",
    contradicted="las notas dicen otra cosa",
    builtin="Tomado de las notas sin modelo (builtin)",
    drafted_by="Redactado por",
    internal="Interno: no para el cliente",
    notes="Notas",
    weekdays=("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"),
    months=_twelve("enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre"),
    date="{weekday}, {day} de {month} de {year}",
)
_BY_NAME = {
    **dict.fromkeys(("de", "german", "deutsch"), GERMAN),
    **dict.fromkeys(("fr", "french", "français", "francais"), FRENCH),
    **dict.fromkeys(("es", "spanish", "español", "espanol"), SPANISH),
}


def labels_for(language: str) -> Labels:
    """The labels of a language by code (`de`, `de-AT`) or name (`German`); English for any other."""
    return _BY_NAME.get(_first_word(language), ENGLISH)


def language_code(language: str) -> str:
    """ISO 639-1 for `de-AT`, `German` and the like; `en` where it cannot be told."""
    word = _first_word(language)
    return word if re.fullmatch("[a-z]{2}", word) else labels_for(language).code


def _first_word(language: str) -> str:
    found = re.match(r"[^\W\d_]+", language.strip().lower())
    return found.group() if found else ""
