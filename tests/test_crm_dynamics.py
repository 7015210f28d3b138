from __future__ import annotations

import datetime as dt
from pathlib import Path

import openpyxl

from tests.support.exports import facts, imported, notes, table

DEAL, ACCOUNT = "8F1C0F2E-0000-4000-8000-0000000000AA", "8F1C0F2E-0000-4000-8000-0000000000BB"
SERIAL = "46387"


def opportunity(**more: object) -> dict[str, object]:
    return {
        "(Do Not Modify) Opportunity": DEAL, "(Do Not Modify) Row Checksum": "Qk3==",
        "(Do Not Modify) Modified On": "46350.5", "Topic": "Dock scanners", "Potential Customer": "Harrowgate",
        "Contact": "Maria Lopez", "Est. close date": SERIAL, "Est. revenue": "120000", "Pipeline Phase": "Propose",
        "Status": "Open", "Owner": "Riya Shah", "Description": "Two outages", "Customer Need": "stable scanners",
        "Created On": "46100.25", "Purchase Date": SERIAL, **more,
    }  # fmt: skip


def appointment(**more: object) -> dict[str, object]:
    return {
        "(Do Not Modify) Appointment": "8f1c-1", "Subject": "Cut-over plan", "Regarding": "Dock scanners",
        "Start Time": "46359.375", "End Time": "46359.40625", "Location": "Harrowgate",
        "Required Attendees": "Maria Lopez;Tom Reed", "Activity Status": "Scheduled", **more,
    }  # fmt: skip


def test_an_excel_export_s_serials_are_days_and_its_technical_columns_no_facts(tmp_path: Path) -> None:
    table(tmp_path / "opportunities.csv", [opportunity()])
    one = imported(tmp_path).only
    assert one.id == f"dynamics:{DEAL.casefold()}"
    assert (one.stage, one.owner, one.amount) == ("Propose", "Riya Shah", 120000)
    told = facts(one)
    assert "Close date: 2026-12-31" in told
    assert "Purchase Date: 2026-12-31" in told
    assert "Customer Need: stable scanners" in told
    assert not any("Checksum" in line or "Created" in line or "Modified" in line for line in told)
    assert notes(one) == ["Description: Two outages"]


def test_an_appointment_finds_its_opportunity_by_the_name_it_regards(tmp_path: Path) -> None:
    table(tmp_path / "opportunities.csv", [opportunity()])
    table(tmp_path / "appointments.csv", [appointment(), appointment(Regarding="something else")])
    found = imported(tmp_path)
    meeting = found.only.context.meeting
    assert (meeting.date, meeting.start, meeting.minutes) == (dt.date(2026, 12, 3), dt.time(9), 45)
    assert [person.name for person in meeting.attendees] == ["Maria Lopez", "Tom Reed"]
    assert found.reasons == ["a meeting on 2026-12-03 belongs to no opportunity of the export"]


def test_annotations_come_by_the_id_of_what_they_are_about(tmp_path: Path) -> None:
    table(tmp_path / "opportunities.csv", [opportunity()])
    table(
        tmp_path / "annotation.csv",
        [
            {"annotationid": "1", "subject": "", "notetext": "<div>Tom waits</div>", "objectid": DEAL,
             "objecttypecode": "opportunity", "createdon": "2026-11-12T09:00:00Z", "createdby": "Riya Shah"},
            {"annotationid": "2", "subject": "", "notetext": "of an account that is not ours", "objectid": ACCOUNT,
             "objecttypecode": "account", "createdon": "2026-11-12T09:00:00Z", "createdby": "Riya Shah"},
        ],
    )  # fmt: skip
    assert notes(imported(tmp_path).only) == ["Description: Two outages", "2026-11-12 Note, Riya Shah: Tom waits"]


def test_a_workbook_with_days_as_cells_or_serials_reads_alike(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    row = opportunity(**{"Est. close date": dt.date(2026, 12, 31), "Purchase Date": int(SERIAL)})
    sheet.append(list(row))
    sheet.append(list(row.values()))
    book.save(tmp_path / "Open opportunities.xlsx")
    told = facts(imported(tmp_path).only)
    assert "Close date: 2026-12-31" in told
    assert "Purchase Date: 2026-12-31" in told


def test_a_german_view_reads_too(tmp_path: Path) -> None:
    table(
        tmp_path / "Verkaufschancen.csv",
        [
            {"(Nicht ändern) Verkaufschance": DEAL, "(Nicht ändern) Zeilenprüfsumme": "Q==",
             "(Nicht ändern) Geändert am": SERIAL, "Thema": "Lesegeräte", "Potenzieller Kunde": "Harrowgate",
             "Gesch. Abschlussdatum": "31.12.2026", "Gesch. Umsatz": "120.000,00 €", "Besitzer": "Riya Shah"},
        ],
        delimiter=";",
    )  # fmt: skip
    one = imported(tmp_path).only
    assert (one.amount, one.currency, one.owner, one.system) == (120000, "EUR", "Riya Shah", "dynamics")
