"""A live CRM by its name: `salesforce:` or `hubspot:`, as commands and the app name it beside files.

Signs in with the environment's variables. Knows nothing about what is read.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from typing import TYPE_CHECKING

from coach.crm.logins import HubSpotLogin, SalesforceLogin
from coach.crm.opportunity import Opportunity, Problem
from coach.crm.patience import CrmRefused, Patience
from coach.crm.written_back import Written
from coach.errors import InputError
from coach.schema import NoteLine, Seller

if TYPE_CHECKING:
    from coach.crm.hubspot_client import HubSpot
    from coach.crm.salesforce_client import SalesforceOrg

SOURCES = ("salesforce:", "hubspot:")
_PACKAGES = {"salesforce:": "simple_salesforce", "hubspot:": "httpx"}


def is_source(name: str) -> bool:
    """Whether it names a live CRM rather than a file."""
    return name.casefold() in SOURCES


def open_source(
    name: str,
    *,
    since: dt.date,
    until: dt.date,
    on_problem: Callable[[Problem], None],
    today: dt.date | None = None,
    seller: Seller | None = None,
    proofs: tuple[NoteLine, ...] = (),
    patience: Patience | None = None,
) -> Iterator[Opportunity]:
    """Opportunities with a meeting from `since` to `until`, both included, read while they are taken.

    Raises:
        InputError: no such source, a missing package, variable or permission.
        CrmUnavailable: it does not answer in spite of patience.
    """
    if _checked(name) == "salesforce:":
        from coach.crm import salesforce

        with _salesforce(patience) as org:
            yield from salesforce.meetings(
                org, since=since, until=until, on_problem=on_problem, today=today, seller=seller, proofs=proofs
            )
        return
    from coach.crm import hubspot

    with _hubspot(patience) as hub:
        yield from hubspot.meetings(
            hub, since=since, until=until, on_problem=on_problem, today=today, seller=seller, proofs=proofs
        )


def write_note(opportunity: Opportunity, *, text: str, patience: Patience | None = None) -> Written:
    """The plan's text as a note at the opportunity that it was read from.

    Raises:
        InputError: the opportunity is from a file; a missing package, variable or permission.
        CrmUnavailable: the CRM does not answer in spite of patience.
    """
    if _checked(f"{opportunity.system}:") == "salesforce:":
        from coach.crm import salesforce

        with _salesforce(patience) as org:
            return salesforce.write_note(org, opportunity, text=text)
    from coach.crm import hubspot

    with _hubspot(patience) as hub:
        return hubspot.write_note(hub, opportunity, text=text)


def configured() -> tuple[str, ...]:
    """The sources for which a sign-in is set."""
    is_set = {"salesforce:": SalesforceLogin().is_set, "hubspot:": HubSpotLogin().is_set}
    return tuple(name for name in SOURCES if is_set[name])


def examined(name: str, *, patience: Patience | None = None) -> str:
    """Sign in, read nothing of any customer's, and say in words what answers.

    Raises:
        InputError, CrmUnavailable: as `open_source`; the hint says what to do.
    """
    once = patience or Patience(attempts=1)
    if _checked(name) == "salesforce:":
        with _salesforce(once) as org:
            org.visible_fields("Event")
            left = org.calls_left()
        calls = f"; {left[0]:,} of the org's {left[1]:,} API calls are left today" if left else ""
        return f"Salesforce: answers{calls}"
    from coach.crm.hubspot_client import VERSION

    with _hubspot(once) as hub:
        hub.get(f"/crm/properties/{VERSION}/meetings")
    return "HubSpot: answers"


def _checked(name: str) -> str:
    found = name.casefold()
    if found not in SOURCES:
        raise InputError(f"{name}: no live CRM. Use {' or '.join(SOURCES)}, or the name of an export's file.")
    if find_spec(_PACKAGES[found]) is None:
        raise CrmRefused(f"{found} needs the package {_PACKAGES[found]}.", hint="pip install 'meeting-coach[crm]'")
    return found


def _salesforce(patience: Patience | None) -> SalesforceOrg:
    from coach.crm.salesforce_client import SalesforceOrg

    return SalesforceOrg(SalesforceLogin(), patience=patience)


def _hubspot(patience: Patience | None) -> HubSpot:
    from coach.crm.hubspot_client import HubSpot

    return HubSpot(HubSpotLogin(), patience=patience)
