"""Salesforce: the data export (one CSV an object, API names), Data Loader's files, replicas of both, and report CSVs.

Source of the API names: Salesforce Object Reference, and the headings of public exports.
"""

from __future__ import annotations

import base64
import binascii

from coach.crm.columns import Shape, System

_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"

EXPORT = System(
    name="salesforce",
    marks=r"^(?:StageName|SystemModstamp|system_modstamp|stage_name|LinkedEntityId|WhatId|what_id|Opportunity Owner|"
    r"Opportunity-Inhaber|master_record_id|profile_id|ProfileId)$",
    shapes=(
        Shape(
            kind="opportunities",
            needs=("name", "stage"),
            files=r"^opportunity$|opportunity report",
            columns={
                "id": "Id|Opportunity ID",
                "deleted": "IsDeleted",
                "account_id": "AccountId|Account ID",
                "account": "Account Name",
                "private": "IsPrivate",
                "name": "Name|Opportunity Name",
                "description": "Description",
                "stage": "StageName|Stage",
                "amount": "Amount|Total Amount",
                "currency": "Amount Currency|Total Amount Currency",
                "close_date": "CloseDate|Close Date",
                "next_step": "NextStep|Next Step|Opportunity Next Steps",
                "closed": "IsClosed",
                "owner_id": "OwnerId",
                "owner": "Opportunity Owner",
                "probability": "Probability|Probability (%)",
                "type": "Type",
            },
            from_memory={
                "currency": "CurrencyIsoCode|Betrag Währung",
                "id": "18 Digit Opportunity ID|Case Safe ID",
                "owner": "Opportunity-Inhaber|Propriétaire de l'opportunité|Propietario de oportunidad|"
                "Eigenaar opportunity|Titolare opportunità",
                "account": "Accountname|Nom du compte|Nombre de la cuenta|Accountnaam|Nome account",
                "name": "Opportunity-Name|Opportunityname|Nom de l'opportunité|Nombre de la oportunidad|"
                "Opportunitynaam|Nome opportunità",
                "stage": "Phase|Étape|Etapa|Fase",
                "amount": "Betrag|Montant|Importe|Bedrag|Importo",
                "close_date": "Schlusstermin|Date de clôture|Fecha de cierre|Sluitingsdatum|Data chiusura",
                "next_step": "Nächster Schritt|Étape suivante|Paso siguiente|Volgende stap|Fase successiva",
                "probability": "Wahrscheinlichkeit (%)|Probabilité (%)|Probabilidad (%)",
                "description": "Beschreibung|Descripción|Opportunity Description",
                "meeting_date": "Next Activity Date",
                "meeting_start": "Meeting Time|Meeting Start",
                "meeting_minutes": "Meeting Minutes",
                "attendees": "Attendees|Meeting Attendees",
            },
        ),
        Shape(
            kind="accounts",
            needs=("id", "name", "number/created"),
            files=r"^account$|sf account",
            columns={
                "id": "Id",
                "name": "Name",
                "deleted": "IsDeleted",
                "number": "AccountNumber",
                "created": "SystemModstamp",
                "owner_id": "OwnerId",
            },
        ),
        Shape(
            kind="people",
            needs=("id", "account_id", "last_name"),
            files=r"^contact$|sf contact",
            columns={
                "id": "Id",
                "account_id": "AccountId",
                "name": "Name",
                "first_name": "FirstName",
                "last_name": "LastName",
                "title": "Title",
                "email": "Email",
                "deleted": "IsDeleted",
            },
        ),
        Shape(
            kind="roles",
            needs=("opportunity_id", "person_id"),
            columns={
                "opportunity_id": "OpportunityId",
                "person_id": "ContactId",
                "role": "Role",
                "primary": "IsPrimary",
                "deleted": "IsDeleted",
            },
        ),
        Shape(
            kind="meetings",
            needs=("parent_id/person_id", "start/date", "minutes/end"),
            files=r"^event$|sf event",
            columns={
                "id": "Id",
                "person_id": "WhoId",
                "parent_id": "WhatId",
                "account_id": "AccountId",
                "title": "Subject",
                "place": "Location",
                "all_day": "IsAllDayEvent",
                "start": "StartDateTime|ActivityDateTime",
                "end": "EndDateTime",
                "date": "ActivityDate",
                "minutes": "DurationInMinutes",
                "text": "Description",
                "type": "Type",
                "private": "IsPrivate",
                "deleted": "IsDeleted",
                "child": "IsChild",
                "owner_id": "OwnerId",
            },
        ),
        Shape(
            kind="notes",
            needs=("parent_id", "title", "status"),
            files=r"^task$|sf task",
            columns={
                "id": "Id",
                "person_id": "WhoId",
                "parent_id": "WhatId",
                "account_id": "AccountId",
                "title": "Subject",
                "date": "ActivityDate",
                "status": "Status",
                "text": "Description",
                "type": "TaskSubtype",
                "deleted": "IsDeleted",
                "created": "CreatedDate",
                "owner_id": "OwnerId",
            },
        ),
        Shape(
            kind="notes",
            needs=("parent_id", "text"),
            files=r"^note$",
            columns={
                "id": "Id",
                "parent_id": "ParentId",
                "title": "Title",
                "text": "Body",
                "private": "IsPrivate",
                "deleted": "IsDeleted",
                "created": "CreatedDate",
                "owner_id": "OwnerId",
            },
        ),
        Shape(
            kind="notes",
            needs=("id", "base64"),
            files=r"^contentnote$",
            columns={
                "id": "Id",
                "title": "Title",
                "base64": "Content",
                "text": "TextPreview",
                "deleted": "IsDeleted",
                "created": "CreatedDate",
                "owner_id": "OwnerId",
            },
        ),
        Shape(
            kind="notes",
            needs=("text", "from", "title"),
            files=r"^emailmessage$",
            columns={},
            from_memory={
                "id": "Id",
                "parent_id": "RelatedToId",
                "title": "Subject",
                "text": "TextBody",
                "html": "HtmlBody",
                "from": "FromAddress",
                "from_name": "FromName",
                "to": "ToAddress",
                "cc": "CcAddress",
                "date": "MessageDate",
                "private": "IsPrivateDraft",
                "deleted": "IsDeleted",
            },
        ),
        Shape(
            kind="links",
            needs=("parent_id", "child_id"),
            columns={"parent_id": "LinkedEntityId", "child_id": "ContentDocumentId", "deleted": "IsDeleted"},
        ),
        Shape(
            kind="links",
            needs=("meeting_id", "attendee_id"),
            files=r"^eventrelation$|^eventwhorelation$",
            columns={},
            from_memory={"meeting_id": "EventId", "attendee_id": "RelationId", "deleted": "IsDeleted"},
        ),
        Shape(
            kind="users",
            needs=("id", "name", "username"),
            files=r"^user$|sf user",
            columns={
                "id": "Id",
                "name": "Name",
                "first_name": "FirstName",
                "last_name": "LastName",
                "username": "Username",
                "email": "Email",
            },
        ),
        Shape(
            kind="ignore",
            needs=("history",),
            files=r"history",
            columns={"history": "_fivetran_start"},
            from_memory={"history": "NewValue"},
        ),
        Shape(
            kind="ignore",
            needs=("converted",),
            files=r"^lead$|sf lead",
            columns={"converted": "IsConverted"},
        ),
    ),
)  # fmt: skip


def short_id(text: str) -> str:
    """The 15 characters that tell, by their case; exports have them with or without the three that follow."""
    return text[:15] if len(text) == 18 else text


def full_id(text: str) -> str:
    """The 18-character id.

    Source: Salesforce Object Reference, "ID Field Type".
    """
    if len(text) != 15 or not text.isalnum() or not text.isascii():
        return text
    parts = (text[at : at + 5] for at in (0, 5, 10))
    return text + "".join(_ALPHABET[sum(char.isupper() << at for at, char in enumerate(part))] for part in parts)


def content_of(encoded: str) -> str | None:
    """A ContentNote's HTML out of its base64; None when it is none."""
    try:
        data = base64.b64decode("".join(encoded.split()), validate=True)
        return data.decode("utf-8")
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return None
