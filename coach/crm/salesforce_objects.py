"""Which of Salesforce's objects and fields are read, and the reading of what the user may see of them.

What is not visible is named once and left out. Knows nothing about what the rows mean.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from coach.crm.answers import Row, in_batches, is_true, text_in, trimmed
from coach.crm.opportunity import Problem
from coach.crm.patience import CrmForbids, CrmRefused
from coach.crm.salesforce_answers import checked_id
from coach.crm.salesforce_client import SalesforceOrg

AT_ONCE = 50
"""Opportunities read together: fifty ids take 1,500 of the 16,384 characters that an address may have."""

_FIELDS = {
    "Event": "Id WhatId WhoId OwnerId Subject Location StartDateTime DurationInMinutes IsAllDayEvent IsPrivate "
    "IsDeleted IsChild IsRecurrence Description",
    "Opportunity": "Id AccountId OwnerId Name StageName Amount CurrencyIsoCode CloseDate NextStep Type Description "
    "IsPrivate IsDeleted",
    "Account": "Id Name Industry NumberOfEmployees Description",
    "Contact": "Id Name Title IsDeleted",
    "OpportunityContactRole": "OpportunityId ContactId Role IsDeleted",
    "EventRelation": "EventId RelationId IsInvitee Status IsDeleted",
    "User": "Id Name TimeZoneSidKey",
    "Task": "WhatId OwnerId Subject Description Status IsClosed ActivityDate TaskSubtype CreatedDate IsDeleted",
    "Note": "ParentId OwnerId Title Body IsPrivate CreatedDate IsDeleted",
    "ContentDocumentLink": "LinkedEntityId ContentDocumentId IsDeleted",
    "ContentNote": "Id OwnerId Title SharingPrivacy CreatedDate IsDeleted",
    "EmailMessage": "RelatedToId Subject TextBody HtmlBody FromName FromAddress ToAddress MessageDate Status IsDeleted",
}
_NEEDED = {"Event": "Id WhatId StartDateTime IsPrivate", "Opportunity": "Id Name", "Note": "ParentId IsPrivate"}
"""Without these nothing can be done, or what is private cannot be told from what is not."""
_INDISPENSABLE = frozenset({"Event", "Opportunity"})
_NOT_EVERYWHERE = frozenset({"CurrencyIsoCode", "IsDeleted", "IsChild", "IsRecurrence", "TaskSubtype"})
"""Fields that many orgs do not have at all, so that their absence is no news."""

OnProblem = Callable[[Problem], None]


@dataclass
class Reader:
    """Reads what is visible of an object, and names once what is not."""

    org: SalesforceOrg
    on_problem: OnProblem
    _visible: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def fields(self, sobject: str) -> tuple[str, ...]:
        """Empty: the object cannot be used.

        Raises:
            CrmRefused: an object or field is missing without which there is nothing to read.
        """
        if sobject not in self._visible:
            self._visible[sobject] = self._looked_up(sobject)
        return self._visible[sobject]

    def rows(self, sobject: str, where: str) -> Iterator[Row]:
        """Raises: CrmForbids: it may not be read after all, and nothing can be done without it."""
        if not (fields := self.fields(sobject)):
            return
        query = f"SELECT {', '.join(fields)} FROM {sobject} WHERE {where}"
        try:
            yield from (trimmed(row) for row in self.org.rows(query) if not is_true(row, "IsDeleted"))
        except CrmForbids as error:
            if sobject in _INDISPENSABLE:
                raise
            self._visible[sobject] = ()
            self.on_problem(Problem(f"Salesforce {sobject}", 0, "", f"left out: {error.message}"))

    def by(self, sobject: str, key: str, ids: Sequence[str], *, and_also: str = "") -> dict[str, list[Row]]:
        """The rows whose field `key` is one of the ids, by it."""
        found: dict[str, list[Row]] = {}
        for some in in_batches(dict.fromkeys(filter(None, ids)), AT_ONCE):
            listed = ", ".join(f"'{checked_id(one)}'" for one in some)
            for row in self.rows(sobject, f"{key} IN ({listed}){and_also}"):
                found.setdefault(text_in(row, key), []).append(row)
        return found

    def text_of_note(self, note_id: str) -> str:
        """The HTML of an enhanced note; empty when it is gone meanwhile or may not be read."""
        try:
            return self.org.blob("ContentNote", note_id, "Content").decode("utf-8", errors="replace")
        except CrmForbids as error:
            self.on_problem(Problem("Salesforce ContentNote", 0, "Content", f"{note_id}: {error.message}"))
            return ""

    def _looked_up(self, sobject: str) -> tuple[str, ...]:
        try:
            visible = self.org.visible_fields(sobject)
        except CrmForbids as error:
            if sobject in _INDISPENSABLE:
                raise
            self.on_problem(Problem(f"Salesforce {sobject}", 0, "", f"left out: {error.message}"))
            return ()
        missing = [name for name in _FIELDS[sobject].split() if name not in visible]
        needed = [name for name in _NEEDED.get(sobject, "").split() if name in missing]
        if needed and sobject in _INDISPENSABLE:
            raise CrmRefused(
                f"Salesforce: {sobject} cannot be read without its field {needed[0]}, which this user may not see.",
                hint="docs/connectors.md lists the permissions.",
            )
        if not visible or needed:
            self.on_problem(Problem(f"Salesforce {sobject}", 0, "", "not visible to this user, so left out"))
            return ()
        for name in missing:
            if name not in _NOT_EVERYWHERE:
                self.on_problem(Problem(f"Salesforce {sobject}", 0, name, "not visible to this user, so left out"))
        return tuple(name for name in _FIELDS[sobject].split() if name in visible)
