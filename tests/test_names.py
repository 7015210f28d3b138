from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.names import known_people, names, reads_german, same_person
from coach.schema import AccountContext, Meeting, NoteLine, Person


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("The test is for Maria and her board", ("Maria",)),
        ("Tom Reed promised it to Aldermoor.", ("Tom Reed", "Aldermoor")),
        ("Helga wants a discount", ("Helga",)),
        ("They use S/4HANA and quote Q-3117", ("S/4HANA", "Q-3117")),
        ("Brennholt Logistik: two stores", ("Brennholt Logistik",)),
        ("Ask Maria about Scandex.", ("Maria", "Scandex")),
        ("see L4 and P2 on Thursday 3 December", ()),
        ("Send the report. Then wait", ()),
        ("Stop now, for A and B. Once the figures stand, end", ()),
        ("Missing Friday noon: the plan", ()),
        ("Ask Dr. Baeten first", ("Baeten",)),
        ("too much.) Against that, a third is ours", ()),
        ("“You've told us so”", ()),
        ("price HT or TTC, TVA, or with VAT before Noël", ()),
        ("the CFO and the VP Operations of IT", ()),
        ("Die Frage ist, ob Frau Brandl und Uwe Kettler das Programm wollen", ("Brandl", "Uwe Kettler")),
    ],
)
def test_names_are_found_without_sentence_openers(text: str, found: tuple[str, ...]) -> None:
    assert names(text) == found


@pytest.mark.parametrize(
    "other",
    [
        "M Lopez",
        "MLopez",
        "M. Lopez",
        "Maria",
        "Lopez, Maria",
        "LÓPEZ",
        "ML",
        "Ms Lopez",
        "Maria L",
        "Lopez, Dr. Maria",
    ],
)
def test_short_forms_may_be_the_same_person(other: str) -> None:
    assert same_person(other, "Maria Lopez")
    assert same_person("Maria Lopez", other)


@pytest.mark.parametrize("other", ["Tom Reed", "T Lopez", "Maria Reed", "", "M", "TR", "Mar"])
def test_others_are_not_the_same_person(other: str) -> None:
    assert not same_person(other, "Maria Lopez")


def test_known_people_come_from_attendees_speakers_and_notes_without_the_rep() -> None:
    context = AccountContext(
        today=dt.date(2026, 12, 1),
        rep="Riya Shah",
        meeting=Meeting(attendees=(Person(name="Maria Lopez", title="VP Operations"),)),
        notes=(
            NoteLine(label="L1", text="12/10 R Shah call MLopez"),
            NoteLine(label="L2", text="mail T Reed IT: still waiting"),
            NoteLine(label="L3", text="Fine", voice="customer", speaker="Jens Holm"),
            NoteLine(label="L4", text="ok", voice="ours", speaker="Riya Shah"),
        ),
    )
    assert known_people(context) == {"Maria Lopez": "VP Operations", "Jens Holm": "", "T Reed": ""}


@given(text=st.text(max_size=200), other=st.text(max_size=30))
def test_no_text_breaks_it(text: str, other: str) -> None:
    assert all(word in text for name in names(text) for word in name.split())
    assert same_person(text, other) == same_person(other, text)


def test_german_nouns_units_and_polite_forms_name_nobody() -> None:
    text = "Wir nehmen lieber Ihre Zahlen, 30 Tage Ziel und 24.000 Euro Einrichtung, mit Herrn Kettlers Liste."
    assert names(text) == ("Kettlers",)


def test_a_short_cell_is_read_in_the_language_of_its_page() -> None:
    assert names("Ohne Gutschriftkunden, im Jahr", in_german=True) == ()
    assert reads_german("Zuordnung, höchstens", on_german_page=True)
    assert not reads_german("the price of it", on_german_page=True)


def test_greetings_and_contractions_name_nobody_else() -> None:
    assert names("Bonjour Lucie. We know that I'll ring.") == ("Lucie",)
