"""Dynamics 365: "Export to Excel" (xlsx or CSV of a view) and tables shaped like its Web API.

Three technical columns lead an export; the others are the view's display names, in the user's language.
"""

from __future__ import annotations

from coach.crm.columns import Shape, System

EXPORT = System(
    name="dynamics",
    marks=r"^\((?:Do Not Modify|Nicht ändern|Ne pas modifier|No modificar|Niet wijzigen)\) |^objecttypecode$|"
    r"^estimatedclosedate$|^Opportunity_",
    shapes=(
        Shape(
            kind="opportunities",
            needs=("name", "stage/close_date/amount"),
            files=r"opportunit|verkaufschance",
            columns={
                "id": "(Do Not Modify) Opportunity",
                "name": "Topic|Opportunity Name",
                "account": "Account|Potential Customer",
                "person": "Contact",
                "close_date": "Est. close date|Close Date",
                "amount": "Est. revenue|TCV|Opportunity_Est. revenue",
                "probability": "Probability|Opportunity_Probability",
                "stage": "Sales Stage|Pipeline Phase|Opportunity_Pipeline Phase",
                "closed_as": "Status",
                "owner": "Owner",
                "description": "Description",
            },
            from_memory={
                "id": "opportunityid|(Nicht ändern) Verkaufschance|(Ne pas modifier) Opportunité|"
                "(No modificar) Oportunidad",
                "name": "name|Thema|Rubrique|Tema",
                "account": "Potenzieller Kunde|Client potentiel|Cliente potencial|Firma|Compte|Cuenta",
                "account_id": "_customerid_value|_parentaccountid_value|customerid|parentaccountid",
                "person": "Kontakt|Contacto",
                "person_id": "_parentcontactid_value|parentcontactid",
                "close_date": "estimatedclosedate|Gesch. Abschlussdatum|Voraussichtl. Abschlussdatum|"
                "Date de clôture estimée|Fecha de cierre estimada",
                "amount": "estimatedvalue|Gesch. Umsatz|Geschätzter Umsatz|Revenu estimé|Ingresos estimados",
                "currency": "Currency|Währung|Devise|Divisa",
                "stage": "stepname|Vertriebsphase|Pipelinephase|Phase du pipeline|Fase de canalización",
                "state_code": "statecode",
                "owner": "Besitzer|Propriétaire|Propietario",
                "owner_id": "_ownerid_value|ownerid",
                "next_step": "Next Step|Nächster Schritt",
            },
        ),
        Shape(
            kind="accounts",
            needs=("id", "name"),
            files=r"account|firmen",
            columns={
                "id": "(Do Not Modify) Account",
                "name": "Account Name",
                "closed_as": "Status",
                "owner": "Owner",
                "person": "Primary Contact",
            },
            from_memory={"id": "accountid|(Nicht ändern) Firma", "name": "name|Firmenname|Nom du compte"},
        ),
        Shape(
            kind="people",
            needs=("id", "last_name/name"),
            files=r"contact|kontakt",
            columns={},
            from_memory={
                "id": "(Do Not Modify) Contact|(Nicht ändern) Kontakt|contactid",
                "name": "Full Name|Vollständiger Name|Nom complet|fullname",
                "first_name": "First Name|Vorname|firstname",
                "last_name": "Last Name|Nachname|lastname",
                "title": "Job Title|Position|jobtitle",
                "email": "Email|E-Mail|emailaddress1",
                "account": "Company Name|Account|Firmenname",
                "account_id": "_parentcustomerid_value",
            },
        ),
        Shape(
            kind="notes",
            needs=("text", "parent_id"),
            files=r"annotation|note",
            columns={
                "id": "annotationid",
                "title": "subject",
                "text": "notetext",
                "parent_id": "objectid",
                "date": "createdon",
                "owner": "createdby",
            },
            from_memory={"parent_id": "_objectid_value"},
        ),
        Shape(
            kind="meetings",
            needs=("title", "start"),
            files=r"appointment|termin",
            columns={},
            from_memory={
                "id": "(Do Not Modify) Appointment|(Nicht ändern) Termin|activityid",
                "title": "Subject|Betreff|Objet|Asunto",
                "parent": "Regarding|Bezug|Concernant|Referente a",
                "parent_id": "_regardingobjectid_value|regardingobjectid",
                "start": "Start Time|Startzeit|Startdatum|scheduledstart",
                "end": "End Time|Endzeit|Enddatum|scheduledend",
                "place": "Location|Ort",
                "attendees": "Required Attendees|Erforderliche Teilnehmer",
                "text": "Description|Beschreibung",
                "status": "Activity Status|Aktivitätsstatus",
                "owner": "Owner|Besitzer",
            },
        ),
        Shape(
            kind="notes",
            needs=("title", "parent/parent_id", "date"),
            files=r"task|phone|activit|aktivit|email",
            columns={},
            from_memory={
                "id": "(Do Not Modify) Task|(Do Not Modify) Phone Call|(Do Not Modify) Activity|(Do Not Modify) Email",
                "title": "Subject|Betreff",
                "text": "Description|Beschreibung",
                "parent": "Regarding|Bezug",
                "date": "Due Date|Actual End|Date Created|Fälligkeitsdatum",
                "status": "Activity Status|Status",
                "type": "Activity Type|Aktivitätstyp",
                "owner": "Owner|Besitzer",
            },
        ),
    ),
)  # fmt: skip
