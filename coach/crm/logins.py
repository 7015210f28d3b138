"""How to sign in to a CRM: the environment variables `SALESFORCE_…` and `HUBSPOT_…`.

Secrets are held so that they show in no message, log or traceback. Knows nothing about what is asked of the CRM.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from coach.crm.patience import CrmRefused

_HERE = frozenset({"127.0.0.1", "::1", "localhost"})
GUIDE = "docs/connectors.md says how to make it."


class SalesforceLogin(BaseSettings):
    """Either `client_id` with `client_secret` (and, for a person's sign-in, `refresh_token`), or a session that exists:
    `instance_url` with `access_token`. Both together: the session is used, and renewed when it ends."""

    model_config = SettingsConfigDict(env_prefix="SALESFORCE_", extra="ignore")

    instance_url: str = ""
    """`https://yourcompany.my.salesforce.com`; the client credentials flow signs in there too."""
    login_url: str = "https://login.salesforce.com"
    """Where a refresh token is exchanged: `https://test.salesforce.com` for a sandbox."""
    access_token: SecretStr = SecretStr("")
    client_id: str = ""
    client_secret: SecretStr = SecretStr("")
    refresh_token: SecretStr = SecretStr("")
    api_version: str = "62.0"

    @property
    def is_set(self) -> bool:
        return self.can_renew or bool(self.instance_url and self.access_token.get_secret_value())

    @property
    def can_renew(self) -> bool:
        """Whether a new session can be had without a person."""
        has_grant = self.refresh_token.get_secret_value() or (
            self.client_secret.get_secret_value() and self.instance_url
        )
        return bool(self.client_id and has_grant)

    def checked(self) -> SalesforceLogin:
        """The login as it is.

        Raises:
            CrmRefused: variables are missing, or an address would send a secret in the clear.
        """
        if not self.is_set:
            raise CrmRefused(
                "Salesforce: no sign-in is set. Set SALESFORCE_INSTANCE_URL with SALESFORCE_CLIENT_ID and "
                "SALESFORCE_CLIENT_SECRET, or SALESFORCE_CLIENT_ID with SALESFORCE_REFRESH_TOKEN, or "
                "SALESFORCE_INSTANCE_URL with SALESFORCE_ACCESS_TOKEN.",
                hint=GUIDE,
            )
        for name, url in (("SALESFORCE_INSTANCE_URL", self.instance_url), ("SALESFORCE_LOGIN_URL", self.login_url)):
            _check_address(name, url)
        return self


class HubSpotLogin(BaseSettings):
    """Either `access_token` (a service key, or the token of an app of your own), or, for OAuth, `client_id`,
    `client_secret` and `refresh_token`."""

    model_config = SettingsConfigDict(env_prefix="HUBSPOT_", extra="ignore")

    api_url: str = "https://api.hubapi.com"
    access_token: SecretStr = SecretStr("")
    client_id: str = ""
    client_secret: SecretStr = SecretStr("")
    refresh_token: SecretStr = SecretStr("")

    @property
    def is_set(self) -> bool:
        return self.can_renew or bool(self.access_token.get_secret_value())

    @property
    def can_renew(self) -> bool:
        """Whether a new token can be had without a person."""
        secrets = (self.client_secret.get_secret_value(), self.refresh_token.get_secret_value())
        return bool(self.client_id and all(secrets))

    def checked(self) -> HubSpotLogin:
        """The login as it is.

        Raises:
            CrmRefused: variables are missing, or the address would send a secret in the clear.
        """
        if not self.is_set:
            raise CrmRefused(
                "HubSpot: no sign-in is set. Set HUBSPOT_ACCESS_TOKEN, or HUBSPOT_CLIENT_ID, HUBSPOT_CLIENT_SECRET "
                "and HUBSPOT_REFRESH_TOKEN.",
                hint=GUIDE,
            )
        _check_address("HUBSPOT_API_URL", self.api_url)
        return self


def _check_address(name: str, url: str) -> None:
    parts = urlsplit(url)
    is_here = parts.scheme == "http" and parts.hostname in _HERE
    if url and not (parts.scheme == "https" and parts.hostname) and not is_here:
        raise CrmRefused(f"{name} must be an https:// address, so that no secret is sent in the clear.", hint=GUIDE)
