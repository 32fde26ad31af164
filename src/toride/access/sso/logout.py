"""The end of a session at the provider ends it here at once; who leaves here is shown the way to leave there."""

from urllib.parse import urlencode

from toride import audit
from toride.access.models import Bond, Provider
from toride.access.signin import devices
from toride.access.sso import config, handshakes, oidc, tokens
from toride.access.sso.assertion import Doubt
from toride.access.sso.login import digest
from toride.audit.actions import System
from toride.base import clock
from toride.vault.permit import Actor, Door

EVENT = "http://schemas.openid.net/event/backchannel-logout"


def end(provider: Provider, token: str, door: Door) -> None:
    """Ends every session of whom a logout token names (OpenID Connect Back-Channel Logout 1.0). Raises Doubt for any
    other token, and Unavailable where the provider's keys cannot be had.

    The token must name the person: a session's number at the provider is not kept here.
    """
    one = config.read(provider.content)
    keys = str(oidc.described(one)["jwks_uri"])
    claims = tokens.opened(token, keys, inside=one.inside)
    now = clock.timestamp()
    oidc.issued(one, claims, now)
    events, number, subject = claims.get("events"), claims.get("jti"), claims.get("sub")
    if "nonce" in claims or not isinstance(events, dict) or not isinstance(events.get(EVENT), dict):
        raise Doubt("logout")
    if not isinstance(number, str) or not number or not isinstance(subject, str) or not subject:
        raise Doubt("logout")
    handshakes.spend(one.issuer, number, now + oidc.OLDEST + 2 * oidc.SKEW)
    bond = Bond.objects.select_related("person").filter(provider=provider, digest=digest(provider, subject)).first()
    if bond is not None:
        actor = Actor(bond.person.id, bond.person.username, bond.person.name)
        facts = {"provider": str(provider.pk), "sessions": devices.end_all(bond.person_id)}
        audit.note(actor, door, System.SESSION_CLOSE, reason="provider", facts=facts)


def there(provider: Provider) -> str:
    """Where a browser signs out at the provider (RP-Initiated Logout 1.0); "" where it does not say. Unavailable."""
    one = config.read(provider.content)
    if provider.kind != Provider.Kind.OIDC:
        return ""
    target = oidc.described(one).get("end_session_endpoint")
    if not isinstance(target, str) or not oidc.is_address(target, inside=one.inside):
        return ""
    return f"{target}{'&' if '?' in target else '?'}{urlencode({'client_id': one.client})}"
