"""How a machine comes in: its key is looked up, its rate taken, and each act decided anew for the person behind it."""

import ipaddress
from dataclasses import dataclass, replace
from uuid import UUID

from django.db.models import Value
from django.db.models.functions import Greatest

from toride import audit
from toride.access.decide import decide
from toride.access.machines import keys, scopes, tokens
from toride.access.models import Connection
from toride.access.signin import locks, rules
from toride.base import clock
from toride.base.errors import Refused, TorideError
from toride.vault.permit import Actor, Category, Door, Opening, Permit

RATE = 600  # requests of one connection in WINDOW
WINDOW = 60_000_000  # microseconds
STEP = WINDOW // RATE
NOBODY = bytes(32)
WAIT = int(locks.FIRST.total_seconds())
REASON, HOURS = "connection", "hours"


class Unknown(TorideError):  # noqa: N818 - as base.errors
    """No key, or none that is good here and now; which of it is not told."""

    status = 401
    exit_code = 3


class TooMany(TorideError):  # noqa: N818
    """More requests than the rate allows; `facts["wait"]` in seconds."""

    status = 429
    exit_code = 6


@dataclass(frozen=True, slots=True)
class Allowance:
    """What is left of the rate; `full` in seconds from now."""

    left: int
    full: int


@dataclass(frozen=True, slots=True)
class Entry:
    """A connection that has come in: what it may ask for this time, and the digest of the key that let it in."""

    connection: Connection
    actions: frozenset[str]
    digest: bytes = b""

    @property
    def actor(self) -> Actor:
        """The person behind it."""
        person = self.connection.person
        return Actor(person.id, person.username, person.name)


def enter(key: str, door: Door) -> Entry:
    """Whose key or token it is. Raises Unknown, recorded where there is such a connection, or TooMany after many."""
    if key.startswith(tokens.PREFIX):
        return _by_token(key, door)
    found = _connection(keys.owner(key))
    digest = _matching(found, key)
    if found is None or not digest:
        raise missed(found, door)
    return admitted(found, found.scopes, door, digest)


def _by_token(token: str, door: Door) -> Entry:
    claim = tokens.read(token)
    found = _connection(claim.connection) if claim else None
    if claim is None or found is None or claim.mark not in map(tokens.mark, _good(found)):
        raise missed(None, door)
    return admitted(found, [scope for scope in claim.scopes if scope in found.scopes], door)


def missed(found: Connection | None, door: Door) -> Unknown | TooMany:
    """What answers a key that is not good. Who tries too many is recorded no more, until they have waited."""
    if not locks.attempt(locks.by_machine(door.address)):
        return TooMany(wait=WAIT)
    if found is not None:
        refuse(found, door, "secret", known=False)
    return Unknown()


def admitted(found: Connection, wanted: list[str], door: Door, digest: bytes = b"") -> Entry:
    """The connection comes in, unless it has ended, its person has, or it comes from elsewhere: Unknown, recorded.

    Raises Refused ("hours"), recorded, when the person's duties do not work now, and it is not for any hour.
    """
    if why := _ended(found, door.address) or _beyond(found, door.address):
        refuse(found, door, why)
        raise Refused(why) if why == HOURS else Unknown
    return Entry(found, scopes.actions(wanted), digest)


def take(connection: Connection) -> Allowance:
    """Takes one request from the rate, in one statement that no other process can come between (GCRA).

    Raises TooMany where none is left. Notes the use.
    """
    now = clock.now()
    moment = clock.micros(now)
    free = Connection.objects.filter(pk=connection.pk, allowance__lte=moment + WINDOW - STEP)
    taken = free.update(allowance=Greatest("allowance", Value(moment)) + STEP, used=now)
    connection.refresh_from_db(fields=["allowance"])
    busy = max(connection.allowance - moment, 0)
    if not taken:
        raise TooMany(wait=_seconds(busy + STEP - WINDOW), full=_seconds(busy))
    return Allowance(max(0, (WINDOW - busy) // STEP), _seconds(busy))


def permit(entry: Entry, action: str, door: Door, subject: UUID | None = None) -> Permit:
    """As the person would get it for the connection's one purpose, and of that only what the connection may open.

    Raises as `decide`, and Refused ("connection") for an action outside the scopes; each refusal is recorded.
    """
    one = entry.connection
    try:
        if action not in entry.actions:
            raise Refused(REASON)
        made = decide(one.person, action, door=door, purpose=one.purpose, subject=subject)
    except TorideError as error:
        why = str(error) or "scope"
        audit.refuse(entry.actor, door, action, purpose=one.purpose, subject=subject, reason=why)
        raise
    return _narrowed(made, {Category(one) for one in one.categories})


def refuse(found: Connection, door: Door, why: str, *, known: bool = True) -> None:
    """Records that a key was refused; `known`: it was really theirs."""
    actor = Actor(found.person.id, found.person.username, found.person.name) if known else None
    facts = {"connection": found.id}
    audit.note(actor, door, "auth:key:refuse", outcome="refused", reason=why, facts=facts)


def _narrowed(made: Permit, allowed: set[Category]) -> Permit:
    closed = set(Category) - allowed
    return replace(
        made,
        openings={one: Opening.CLOSED if one in closed else opening for one, opening in made.openings.items()},
        fields={at: Opening.CLOSED if at[0] in closed else opening for at, opening in made.fields.items()},
        reasons={**made.reasons, **dict.fromkeys(closed, REASON)},
    )


def _connection(public: str | None) -> Connection | None:
    if public is None:
        return None
    return Connection.objects.select_related("person__branch", "person__department").filter(pk=public).first()


def _good(found: Connection | None) -> list[bytes]:
    """The digests of the keys that are good now: the newest, and the one before while they overlap."""
    if found is None:
        return [NOBODY, NOBODY]
    overlaps = found.former_until is not None and clock.now() < found.former_until
    return [bytes(found.digest) or NOBODY, bytes(found.former) if overlaps else NOBODY]


def _matching(found: Connection | None, key: str) -> bytes:
    """The digest that this key has, or none. Compares with each in any case, so that the time tells nothing."""
    return b"".join([good for good in _good(found) if keys.is_one(key, good)])


def _ended(found: Connection, address: str) -> str:
    """Why it may not come in; empty where it may."""
    if found.revoked:
        return "revoked"
    if found.expires <= clock.now():
        return "expired"
    if not found.person.is_active:
        return "inactive"
    return "" if _within(address, found.addresses) else "address"


def _beyond(found: Connection, address: str) -> str:
    """Why the person's duties do not work from there ("network") or now ("hours"); empty where they do."""
    bounds = rules.bounds(rules.content(), tuple(found.person.roles))
    why = bounds.refusal(address, clock.now()) or ""
    return "" if why == HOURS and found.any_hour else why


def _within(address: str, networks: list[str]) -> bool:
    if not networks:
        return True
    try:
        here = ipaddress.ip_address(address)
    except ValueError:
        return False
    mapped = getattr(here, "ipv4_mapped", None)
    return any((mapped or here) in ipaddress.ip_network(one) for one in networks)


def _seconds(micros: int) -> int:
    """Rounded up: who waits so long does not come too early."""
    return max(1, -(-micros // 1_000_000))
