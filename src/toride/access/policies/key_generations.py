"""A generation of keys is destroyed when two people agree; a job does it, and finishes it after a crash."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from toride import audit
from toride.access.actions import Action
from toride.access.approvals import requests
from toride.access.models import Approval
from toride.access.policies import words
from toride.audit import recorded
from toride.audit.actions import System
from toride.base.errors import Conflict, Invalid
from toride.jobs import running
from toride.vault import keyring, rotation
from toride.vault.keyring import Kind
from toride.vault.permit import Door, Permit

JOB = "keys:destroy"
RETIRING = "retiring"
KINDS = {
    Kind.SUBJECTS: lazy("Customer keys"),
    Kind.INDEX: lazy("Search index keys"),
    Kind.TERMS: lazy("Search term keys"),
    Kind.FILES: lazy("File and view keys"),
    Kind.SIGN_IN: lazy("Sign-in keys"),
}
STATES = {
    "pending": (lazy("being created"), "ai"),
    "active": (lazy("in use"), "ok"),
    RETIRING: (lazy("decrypt only"), "soon"),
    "destroyed": (lazy("destroyed"), "off"),
}


@dataclass(frozen=True, slots=True)
class Held:
    """A generation: its name (kind:number), what it is for, its state, how many customers' keys it seals.

    `ripe`: it may be destroyed.
    """

    name: str
    label: Any
    state: str
    created: datetime
    subjects: int
    ripe: bool


def listed() -> list[Held]:
    """Every generation, the newest first."""
    found = []
    for row in reversed(keyring.generations()):
        subjects = rotation.in_use(row)
        ripe = row.state == RETIRING and not subjects
        found.append(Held(f"{row.kind}:{row.number}", KINDS[Kind(row.kind)], row.state, row.created, subjects, ripe))
    return found


@recorded(Action.KEY_DESTROY, did="propose")
def ask(permit: Permit, *, generation: str, reason: str) -> Approval:
    """Asks that a generation be destroyed. Raises Invalid for one that does not exist, Conflict for one in use."""
    held = {one.name: one for one in listed()}.get(generation)
    if held is None:
        raise Invalid(_("This key generation doesn't exist."))
    if not held.ripe:
        raise Conflict(_("It is in use, or has already been destroyed."))
    content = {"generation": generation, "created": held.created.isoformat()}
    permit.ledger.facts["generation"] = generation
    return requests.ask(
        permit, ACT.kind, content, reason=reason, concerns=(), count=int(generation.partition(":")[2])
    )  # fmt: skip


def _queue(permit: Permit, content: requests.Content) -> None:
    """Raises Conflict where it is in use by now."""
    held = {one.name: one for one in listed()}.get(content["generation"])
    if held is None or not held.ripe:
        raise Conflict(_("It is in use, or has already been destroyed."))
    arguments = {"generation": content["generation"]}
    running.queue(JOB, person=permit.actor.id, purpose=permit.purpose, arguments=arguments)
    permit.ledger.facts["generation"] = content["generation"]


@running.handler(JOB)
def destroy(run: running.Run) -> dict[str, Any]:
    """Destroys it, as an event first. Raises Conflict for one in use; one that is destroyed already is let be."""
    name = str(run.job.arguments["generation"])
    kind, _colon, number = name.partition(":")
    audit.note(None, Door("job", request=run.job.pk.hex), System.GENERATION_DESTROY, facts={"generation": name})
    rotation.end(Kind(kind), int(number))
    return {"destroyed": 1}


def _lines(content: requests.Content) -> list[requests.Line]:
    kind = Kind(str(content["generation"]).partition(":")[0])
    return [
        requests.Line(
            KINDS[kind], (content["generation"],), (_("destroyed: data encrypted with it can never be decrypted"),)
        ),
        requests.Line(lazy("Created on"), (words.day(content["created"]),), (words.day(content["created"]),)),
    ]


ACT = requests.declare(
    requests.Act(
        kind="keys:destroy",
        label=lazy("Destroying keys"),
        approve=Action.KEY_APPROVE,
        rank=5,
        counted=lazy("key generation"),
        show=_lines,
        run=_queue,
    )
)
