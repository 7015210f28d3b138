"""Pipedrive: exports of its lists, headed `Deal - Title`; linked organisations, people and deals are bare names."""

from __future__ import annotations

from coach.crm.columns import Shape, System

EXPORT = System(
    name="pipedrive",
    marks=r"^(?:Deal|Person|Organization|Organisation|Organización|Activity|Aktivität|Activité|Actividad|Note|Notiz|"
    r"Nota|Trato|Affaire) - ",
    shapes=(
        Shape(
            kind="opportunities",
            needs=("name",),
            files=r"^deals?|deals$",
            columns={
                "id": "Deal - ID|Deal - Pipedrive System ID",
                "name": "Deal - Title",
                "owner": "Deal - Owner",
                "amount": "Deal - Value",
                "currency": "Deal - Currency of value|Deal - Currency",
                "account": "Deal - Organization|Organization",
                "person": "Deal - Contact person|Contact person",
                "stage": "Deal - Stage|Deal - Stage (pipeline)",
                "closed_as": "Deal - Status",
                "meeting_date": "Deal - Next activity date",
                "close_date": "Deal - Expected close date",
                "probability": "Deal - Probability",
            },
            from_memory={
                "name": "Deal - Titel|Trato - Título|Affaire - Titre",
                "owner": "Deal - Besitzer|Deal - Inhaber|Trato - Propietario|Affaire - Propriétaire",
                "amount": "Deal - Wert|Trato - Valor|Affaire - Valeur",
                "currency": "Deal - Währung des Wertes|Deal - Währung|Trato - Moneda|Affaire - Devise",
                "account": "Deal - Organisation|Trato - Organización|Affaire - Organisation",
                "person": "Deal - Ansprechpartner|Deal - Kontaktperson|Trato - Persona de contacto|"
                "Affaire - Personne à contacter",
                "stage": "Deal - Phase|Trato - Etapa|Affaire - Étape",
                "closed_as": "Trato - Estado|Affaire - Statut",
                "meeting_date": "Deal - Datum der nächsten Aktivität|Trato - Fecha de la próxima actividad",
                "close_date": "Deal - Erwartetes Abschlussdatum|Trato - Fecha prevista de cierre|"
                "Affaire - Date de clôture prévue",
            },
        ),
        Shape(
            kind="accounts",
            needs=("name",),
            files=r"organi[sz]ation",
            columns={"id": "Organization - ID", "name": "Organization - Name", "owner": "Organization - Owner"},
            from_memory={
                "id": "Organisation - ID|Organización - ID",
                "name": "Organisation - Name|Organización - Nombre",
            },
        ),
        Shape(
            kind="people",
            needs=("name",),
            files=r"person|people",
            columns={
                "id": "Person - ID",
                "name": "Person - Name",
                "first_name": "Person - First name",
                "last_name": "Person - Last name",
                "email": "Person - Email - Work",
                "account": "Person - Organization",
            },
            from_memory={"title": "Person - Job title|Person - Position", "account": "Person - Organisation"},
        ),
        Shape(
            kind="activities",
            needs=("title", "date"),
            files=r"activit|aktivit",
            columns={
                "id": "Activity - ID",
                "title": "Activity - Subject",
                "type": "Activity - Type",
                "date": "Activity - Due date",
                "time": "Activity - Due time",
                "duration": "Activity - Duration",
                "done": "Activity - Done",
                "text": "Activity - Note",
                "owner": "Activity - Assigned to user",
                "opportunity": "Deal|Activity - Deal",
                "account": "Organization|Activity - Organization",
                "person": "Contact person|Activity - Contact person",
            },
            from_memory={
                "title": "Aktivität - Betreff",
                "type": "Aktivität - Typ",
                "date": "Aktivität - Fälligkeitsdatum",
                "time": "Aktivität - Fällig um",
                "duration": "Aktivität - Dauer",
                "done": "Aktivität - Erledigt",
                "text": "Aktivität - Notiz",
                "account": "Organisation",
                "person": "Ansprechpartner",
                "place": "Activity - Location|Aktivität - Ort",
            },
        ),
        Shape(
            kind="notes",
            needs=("text",),
            files=r"note|notiz",
            columns={"id": "Note - Pipedrive system ID|Note - ID", "text": "Note - Content"},
            from_memory={
                "date": "Note - Add time|Note - Creation date",
                "owner": "Note - User",
                "opportunity": "Note - Deal|Deal",
                "account": "Note - Organization|Organization",
                "person": "Note - Person|Contact person",
                "text": "Notiz - Inhalt",
            },
        ),
    ),
)  # fmt: skip
