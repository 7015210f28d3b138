"""Any other table: headings that sales desks use, in five languages. What is missed here, a mapping says.

The English names without spaces are those of the Maven and Fivetran tables; all others are from memory. The last shape
is the table that a batch leaves behind.
"""

from __future__ import annotations

from coach.crm.columns import MEETING_DAY, Shape, System

_PERSON = "contact|contact name|contact person|primary contact|ansprechpartner|kontakt|interlocuteur|contacto|contatto"
_ACCOUNT = (
    "customer|client|company|organization|organisation|account name|customer name|company name|client name|kunde|"
    "firma|unternehmen|kundenname|client|entreprise|société|compte|cliente|empresa|cuenta|azienda|klant|bedrijf|prospect"
)
_OWNER = (
    "owner|sales rep|rep|salesperson|seller|account executive|ae|account manager|opportunity owner|deal owner|besitzer|"
    "verkäufer|vertriebler|zuständig|inhaber|propriétaire|commercial|vendeur|propietario|vendedor|comercial|eigenaar"
)
_OPPORTUNITY = (
    "opportunity|opportunity name|deal|deal name|deal title|opp|opp name|title|name|topic|subject|verkaufschance|"
    "bezeichnung|titel|thema|projekt|opportunité|affaire|oportunidad|negocio|trato|opportunità|trattativa|verkoopkans"
)
_NOTE = (
    "notes|note|comments|comment|remarks|history|text|body|content|notizen|notiz|bemerkung|bemerkungen|kommentar|"
    "commentaire|commentaires|remarques|notas|comentarios|observaciones|note interne|opmerkingen"
)

EXPORT = System(
    name="files",
    marks="",
    shapes=(
        Shape(
            kind="opportunities",
            needs=("account/account_id/name", "stage/amount/close_date/meeting_date"),
            files=r"opportunit|deal|pipeline|verkaufschance|forecast",
            columns={
                "id": "opportunity_id",
                "owner": "sales_agent",
                "account": "account",
                "stage": "deal_stage",
                "close_date": "close_date",
                "amount": "close_value",
            },
            from_memory={
                "id": "id|record id|deal id|opp id|number|nummer|vorgangsnummer|identifiant|identificador",
                "name": _OPPORTUNITY,
                "account": _ACCOUNT,
                "account_id": "account id|customer id|company id|kundennummer|kunden-nr",
                "owner": _OWNER,
                "owner_id": "owner id",
                "stage": "stage|sales stage|phase|pipeline stage|verkaufsphase|étape|etapa|fase|step",
                "closed_as": "status|state|état|estado|stato",
                "amount": "amount|value|deal value|deal size|acv|arr|tcv|revenue|est revenue|expected revenue|betrag|"
                "wert|umsatz|auftragswert|volumen|montant|valeur|importe|valor|monto|importo|bedrag|price",
                "currency": "currency|currency code|währung|devise|divisa|moneda|valuta",
                "close_date": "expected close|expected close date|closing date|close|abschlussdatum|abschluss|"
                "schlusstermin|date de clôture|fecha de cierre|data di chiusura|sluitingsdatum",
                "next_step": "next step|next steps|next action|nächster schritt|nächste schritte|prochaine étape|"
                "próximo paso|siguiente paso|prossimo passo|volgende stap",
                "description": f"description|summary|beschreibung|descripción|descrizione|{_NOTE}",
                "probability": "probability|prob|win probability|wahrscheinlichkeit|probabilité|probabilidad",
                "person": _PERSON,
                "meeting_date": f"{MEETING_DAY}|date|next activity date",
                "meeting_start": "meeting time|start|start time|time|uhrzeit|beginn|heure|hora|ora|tijd",
                "meeting_minutes": "minutes|duration|meeting minutes|dauer|durée|duración",
                "meeting_place": "place|location|meeting place|ort|lieu|lugar|luogo|plaats",
                "attendees": "attendees|participants|teilnehmer|participants|asistentes|partecipanti|deelnemers",
            },
        ),
        Shape(
            kind="accounts",
            needs=("name",),
            files=r"account|compan|customer|client|firm|kunde|organi[sz]ation",
            columns={"name": "account"},
            from_memory={"name": f"name|{_ACCOUNT}", "id": "id|account id|customer id|company id|kundennummer"},
        ),
        Shape(
            kind="people",
            needs=("name/last_name", "email/title"),
            files=r"contact|people|person|kontakt|ansprechpartner",
            columns={},
            from_memory={
                "id": "id|contact id|person id",
                "name": f"name|full name|{_PERSON}",
                "first_name": "first name|vorname|prénom|nombre|nome|voornaam",
                "last_name": "last name|surname|nachname|nom|apellido|apellidos|cognome|achternaam",
                "title": "title|job title|role|position|funktion|fonction|cargo|puesto|ruolo|functie",
                "email": "email|e-mail|mail|email address|correo",
                "account": f"account|{_ACCOUNT}",
                "account_id": "account id|customer id|company id|kundennummer",
            },
        ),
        Shape(
            kind="meetings",
            needs=("opportunity/opportunity_id/account", "start/date"),
            files=r"meeting|event|appointment|termin|calendar|kalender|réunion|reunion",
            columns={},
            from_memory={
                "id": "id|meeting id|event id",
                "title": "subject|title|meeting|betreff|titel|objet|asunto",
                "start": "start|start time|start date|from|beginn|début|inicio|meeting time",
                "date": "date|meeting date|day|datum|fecha|data",
                "time": "time|uhrzeit|heure|hora",
                "end": "end|end time|to|ende|fin",
                "minutes": "minutes|duration|dauer|durée|duración",
                "place": "place|location|ort|lieu|lugar",
                "attendees": "attendees|participants|teilnehmer|asistentes",
                "opportunity": "opportunity|opportunity name|deal|deal name|verkaufschance|oportunidad",
                "opportunity_id": "opportunity id|deal id|opp id",
                "account": f"account|{_ACCOUNT}",
                "person": _PERSON,
                "text": f"description|{_NOTE}",
                "private": "private|is private|privat",
            },
        ),
        Shape(
            kind="notes",
            needs=("opportunity/opportunity_id/account/account_id", "text"),
            files=r"note|activit|task|call|mail|notiz|aktivit",
            columns={},
            from_memory={
                "id": "id|note id",
                "title": "subject|title|betreff|titel|objet|asunto",
                "text": f"description|details|{_NOTE}",
                "date": "date|created|created at|created on|datum|erstellt am|fecha|day",
                "type": "type|activity type|art|typ",
                "owner": f"author|created by|{_OWNER}",
                "opportunity": "opportunity|opportunity name|deal|deal name|verkaufschance|oportunidad",
                "opportunity_id": "opportunity id|deal id|opp id",
                "account": f"account|{_ACCOUNT}",
                "account_id": "account id|customer id|company id|kundennummer",
                "person": _PERSON,
            },
        ),
        Shape(
            kind="ignore",
            needs=("unverified", "remedy"),
            columns={"unverified": "Unverified", "remedy": "What to do"},
        ),
    ),
)  # fmt: skip
