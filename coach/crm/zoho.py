"""Zoho CRM: exports of its modules, with `Record Id` and an `.id` column beside every linked record."""

from __future__ import annotations

from coach.crm.columns import Shape, System

EXPORT = System(
    name="zoho",
    marks=r"^(?:Record Id|.+\.id|.+-ID\.id)$",
    shapes=(
        Shape(
            kind="opportunities",
            needs=("name",),
            files=r"deals?|potentials?|abschl",
            columns={
                "id": "Record Id",
                "owner_id": "Deal Owner.id",
                "owner": "Deal Owner",
                "amount": "Amount",
                "name": "Deal Name",
                "close_date": "Closing Date",
                "account_id": "Account Name.id",
                "account": "Account Name",
                "stage": "Stage",
                "probability": "Probability (%)",
                "type": "Type",
                "next_step": "Next Step",
                "person_id": "Contact Name.id",
                "person": "Contact Name",
                "description": "Description",
            },
            from_memory={
                "name": "Potential Name|Abschlussname|Nom de la transaction|Nombre del trato",
                "currency": "Currency|Währung",
                "owner": "Abschluss-Besitzer",
                "close_date": "Abschlussdatum",
                "amount": "Betrag",
                "account": "Kontoname|Firmenname",
                "stage": "Phase",
                "next_step": "Nächster Schritt",
            },
        ),
        Shape(
            kind="accounts",
            needs=("name", "id/owner"),
            files=r"accounts?",
            columns={
                "id": "Record Id",
                "name": "Account Name",
                "owner": "Account Owner",
                "owner_id": "Account Owner.id",
            },
        ),
        Shape(
            kind="people",
            needs=("last_name",),
            files=r"contacts?",
            columns={
                "id": "Record Id",
                "first_name": "First Name",
                "last_name": "Last Name",
                "title": "Title",
                "email": "Email",
                "account_id": "Account Name.id",
                "account": "Account Name",
                "owner": "Contact Owner",
            },
        ),
        Shape(
            kind="notes",
            needs=("text",),
            files=r"notes?",
            columns={
                "id": "Record Id",
                "owner": "Note Owner",
                "title": "Note Title",
                "text": "Note Content",
                "parent_id": "Parent ID.id",
                "parent": "Parent ID",
                "date": "Created Time",
            },
        ),
        Shape(
            kind="meetings",
            needs=("title", "start"),
            files=r"meetings?|events?",
            columns={},
            from_memory={
                "id": "Record Id",
                "title": "Title|Event Title|Meeting Title",
                "start": "From|Start DateTime",
                "end": "To|End DateTime",
                "place": "Location|Venue",
                "all_day": "All day",
                "parent_id": "Related To.id|What Id.id",
                "parent": "Related To",
                "person_id": "Contact Name.id",
                "person": "Contact Name",
                "attendees": "Participants",
                "owner": "Host",
                "text": "Description",
            },
        ),
        Shape(
            kind="notes",
            needs=("title", "date"),
            files=r"tasks?|calls?",
            columns={},
            from_memory={
                "id": "Record Id",
                "title": "Subject",
                "date": "Due Date|Call Start Time",
                "status": "Status",
                "parent_id": "Related To.id|What Id.id",
                "parent": "Related To",
                "person_id": "Contact Name.id",
                "text": "Description",
                "owner": "Task Owner|Call Owner",
            },
        ),
    ),
)  # fmt: skip


def plain_id(text: str) -> str:
    """Without the prefix that some exports put before an id (from memory: no public export was seen with it)."""
    return text.removeprefix("zcrm_")
