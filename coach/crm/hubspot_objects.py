"""Which of HubSpot's records and properties are read, and the reading of what the token may see of them.

What is not to be had is named once and left out. Rows come flat: the properties, with the record's `id`. Knows nothing
about what they mean.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from coach.crm.answers import Row, rows_in, text_in, trimmed
from coach.crm.hubspot_answers import results_of
from coach.crm.hubspot_client import VERSION, HubSpot
from coach.crm.joining import MAX_NOTES
from coach.crm.opportunity import Problem
from coach.crm.patience import CrmForbids

AT_ONCE = 50
"""Deals read together."""
_NEEDED = {"meetings": "hs_meeting_start_time", "deals": "dealname"}
"""Without these records and their property there is nothing to read."""

_PROPERTIES = {
    "meetings": "hs_meeting_title hs_meeting_body hs_internal_meeting_notes hs_meeting_start_time hs_meeting_end_time "
    "hs_meeting_location hs_meeting_outcome hs_attendee_owner_ids hubspot_owner_id",
    "deals": "dealname dealstage amount deal_currency_code closedate hs_next_step dealtype description "
    "hubspot_owner_id",
    "contacts": "firstname lastname jobtitle hs_buying_role",
    "companies": "name industry numberofemployees description",
    "notes": "hs_note_body hs_timestamp hubspot_owner_id",
    "tasks": "hs_task_subject hs_task_body hs_task_status hs_timestamp hubspot_owner_id",
    "calls": "hs_call_title hs_call_body hs_timestamp hubspot_owner_id",
    "emails": "hs_email_subject hs_email_text hs_email_html hs_email_status hs_email_from_email "
    "hs_email_from_firstname hs_email_from_lastname hs_email_to_email hs_timestamp",
}
_NOT_EVERYWHERE = frozenset({"hs_attendee_owner_ids", "deal_currency_code", "hs_buying_role"})
"""Properties that many accounts do not have at all, so that their absence is no news."""

OnProblem = Callable[[Problem], None]


@dataclass
class Reader:
    hub: HubSpot
    on_problem: OnProblem
    _visible: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def properties(self, kind: str) -> tuple[str, ...]:
        """Those of the wanted ones that the token may see; empty: records of this kind cannot be read.

        Raises:
            CrmForbids: it is a kind without which there is nothing to read.
        """
        if kind not in self._visible:
            try:
                self._visible[kind] = self._looked_up(kind)
            except CrmForbids as error:
                self._give_up(kind, error)
        return self._visible[kind]

    def between(self, kind: str, by: str, window: tuple[dt.datetime, dt.datetime]) -> Iterator[Row]:
        """Records whose time `by` lies in the window, in its order."""
        since_ms, until_ms = (int(moment.timestamp() * 1000) for moment in window)
        wanted = self.properties(kind)
        for row in self.hub.found(kind, by=by, since_ms=since_ms, until_ms=until_ms, properties=wanted):
            if not row.get("archived"):
                yield _flat(row)

    def records(self, kind: str, ids: Sequence[str]) -> dict[str, Row]:
        """Those that exist and may be seen, by id."""
        if not ids or not (wanted := self.properties(kind)):
            return {}
        try:
            found = [_flat(row) for row in self.hub.records(kind, ids, properties=wanted)]
        except CrmForbids as error:
            self._give_up(kind, error)
            return {}
        return {text_in(row, "id"): row for row in found}

    def linked(self, kind: str, ids: Sequence[str], to: str) -> dict[str, list[Row]]:
        """The records of kind `to` that belong to each of these; of very many the newest."""
        if not ids or not self.properties(to):
            return {}
        try:
            links = self.hub.linked(kind, ids, to=to)
        except CrmForbids as error:
            self._give_up(to, error)
            return {}
        newest = {one: sorted(dict.fromkeys(ends), key=_age)[-MAX_NOTES:] for one, ends in links.items()}
        records = self.records(to, [end for ends in newest.values() for end in ends])
        return {one: [records[end] for end in ends if end in records] for one, ends in newest.items()}

    def details(self) -> Row:
        """The account's time zone and currency."""
        try:
            return self.hub.get(f"/account-info/{VERSION}/details")
        except CrmForbids as error:
            self._report("account", "", error.message)
            return {}

    def owners(self) -> dict[str, str]:
        """Names by owner id."""
        try:
            rows = list(self.hub.listed(f"/crm/owners/{VERSION}"))
        except CrmForbids as error:
            self._report("owners", "", error.message)
            return {}
        names = {text_in(row, "id"): f"{text_in(row, 'firstName')} {text_in(row, 'lastName')}".strip() for row in rows}
        return {one: name for one, name in names.items() if name}

    def stages(self) -> dict[str, str]:
        """What the stages of deals are called, by id."""
        try:
            pipelines = self.hub.get(f"/crm/pipelines/{VERSION}/deals")
        except CrmForbids as error:
            self._report("pipelines", "", error.message)
            return {}
        stages = [stage for pipeline in results_of(pipelines) for stage in rows_in(pipeline, "stages")]
        return {text_in(stage, "id"): text_in(stage, "label") for stage in stages}

    def _looked_up(self, kind: str) -> tuple[str, ...]:
        page = self.hub.get(f"/crm/properties/{VERSION}/{kind}")
        visible = {text_in(row, "name") for row in results_of(page)}
        if kind in _NEEDED and _NEEDED[kind] not in visible:
            raise CrmForbids(f"HubSpot: {kind} cannot be read without {_NEEDED[kind]}, which this token may not see.")
        wanted = _PROPERTIES[kind].split()
        for name in wanted:
            if name not in visible and name not in _NOT_EVERYWHERE:
                self._report(kind, name, "not visible to this token, so left out")
        return tuple(name for name in wanted if name in visible)

    def _give_up(self, kind: str, error: CrmForbids) -> None:
        if kind in _NEEDED:
            raise error
        self._visible[kind] = ()
        self._report(kind, "", f"left out: {error.message}")

    def _report(self, kind: str, name: str, reason: str) -> None:
        self.on_problem(Problem(f"HubSpot {kind}", 0, name, reason))


def _flat(row: Row) -> Row:
    properties = row.get("properties")
    return trimmed({**(properties if isinstance(properties, dict) else {}), "id": row.get("id")})


def _age(one: str) -> tuple[int, str]:
    """Ids are numbers that grow with time."""
    return len(one), one
