"""What a provider said of somebody, once everything that could be checked of it was."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

SIGN_ON = "sign_on"  # in the session: which provider vouched, when it asked, and whether for a second factor, too
MOST_GROUPS = 1_000
LONGEST_NAME = 60


class Doubt(Exception):  # noqa: N818 - reads as a state: there is a doubt
    """An answer that is not believed; `reason` is for the trail, nobody else is told."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Said:
    """`subject`: what the provider calls this person for ever. `at`: when it asked who they are, seconds since the
    epoch. `strength`: its acr and amr, or the SAML class of context.
    """

    subject: str
    claims: Mapping[str, Any]
    at: float
    strength: frozenset[str]

    def name(self, claim: str) -> str:
        """The sign-in name. Raises Doubt where it is none, and for a mail address that the provider did not verify."""
        found = self.claims.get(claim)
        if not isinstance(found, str) or not 0 < len(found) <= LONGEST_NAME or not found.isprintable():
            raise Doubt("name")
        if claim == "email" and self.claims.get("email_verified") is not True:
            raise Doubt("email")
        return found

    def groups(self, claim: str) -> frozenset[str]:
        """The groups; none where the claim is missing."""
        found = self.claims.get(claim) if claim else None
        listed = [found] if isinstance(found, str) else found if isinstance(found, list) else []
        if len(listed) > MOST_GROUPS:
            raise Doubt("groups")
        return frozenset(one for one in listed if isinstance(one, str))
