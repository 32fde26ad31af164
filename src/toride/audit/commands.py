"""`toride audit`: verify the trail, prove an event, ask who saw whom, keep a witness outside."""

import os
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import click
import orjson
from django.db import connections

from toride.audit import comparison, naming, proofs, queries
from toride.audit.actions import Action
from toride.audit.recorded import commit, note
from toride.audit.sequencer import settle
from toride.audit.verifier.toride_verify import Report
from toride.base import clock
from toride.base.errors import ConfigurationError, Invalid, Unavailable
from toride.vault.permit import Category, Door, Permit

Acting = Callable[..., AbstractContextManager[Permit]]
# Put here by the command line's root: (username, action, *, subject) -> a permit; leaving it commits its event.
acting: Acting | None = None

AS = click.option("--as", "username", metavar="USER", help="Who asks; by default the holder of TORIDE_TOKEN.")
JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
OUT = click.option("--out", type=click.Path(path_type=Path), help="Write to a file instead.")
MOMENT = click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"])


@click.group()
def audit() -> None:
    """The audit trail: verify, prove, ask, export."""


@audit.command()
@click.option(
    "--since", type=click.Path(path_type=Path), help="A checkpoint kept outside, which this trail must continue."
)
@click.option("--deep", is_flag=True, help="Also every checkpoint's signature, not only the newest one's.")
@JSON
def verify(since: Path | None, deep: bool, as_json: bool) -> None:
    """Check every entry; exit status 1 where something is not as it was sealed."""
    _settled()
    report = proofs.check(proofs.kept(since) if since else None, signatures=deep)
    report.findings += comparison.differences(connections["audit"])
    _say(Action.TRAIL_VERIFY, size=report.size, findings=len(report.findings))
    if as_json:
        _print(asdict(report))
    else:
        _tell(report)
    if report.findings:
        raise click.exceptions.Exit(1)


@audit.command()
@click.argument("event", type=click.UUID)
@OUT
@JSON
def prove(event: UUID, out: Path | None, as_json: bool) -> None:
    """A proof of one event that can be checked without Toride."""
    _settled()
    text = proofs.proof(event)
    _say(Action.EVENT_PROVE, event=str(event))
    _hand(text, out, as_json, "proof")


@audit.command()
@OUT
@JSON
def checkpoint(out: Path | None, as_json: bool) -> None:
    """The signed head of the trail: keep it outside, for a later verify --since."""
    _settled()
    text = proofs.witness()
    _say(Action.TRAIL_VERIFY, kept=text.split("\n")[1])
    _hand(text, out, as_json, "checkpoint")


@audit.command("who-saw")
@click.argument("customer")
@AS
@click.option("--from", "start", type=MOMENT)
@click.option("--to", "end", type=MOMENT)
@JSON
def who_saw(customer: str, username: str | None, start: datetime | None, end: datetime | None, as_json: bool) -> None:
    """Who touched a customer's information: CUSTOMER is a customer number, or a subject's id."""
    _settled()
    subject = naming.subject(customer)
    with _permitted(username, Action.SUBJECT_READ, subject=subject) as permit:
        page = queries.who_saw(permit, subject, _aware(start), _aware(end))
    lines = [_line(line, subject) for line in page.lines]
    if as_json:
        _print({"events": lines, "after": page.after, "lag": asdict(page.lag)})
        return
    for line in lines:
        click.echo("  ".join(str(value) for value in line.values()))
    _tell_lag(page.lag.entries + page.lag.waiting)


@audit.command()
@click.argument("person")
@AS
@click.option("--from", "start", type=MOMENT, required=True)
@click.option("--to", "end", type=MOMENT)
@JSON
def saw(person: str, username: str | None, start: datetime, end: datetime | None, as_json: bool) -> None:
    """Whose information a person touched: PERSON is a sign-in name, or a person's id."""
    _settled()
    with _permitted(username, Action.PERSON_READ) as permit:
        found = queries.saw(permit, naming.person(person), _aware(start) or clock.now(), _aware(end) or clock.now())
    lines = [
        {
            "subject": str(one.subject),
            "first": _moment(one.first),
            "last": _moment(one.last),
            "times": one.times,
            "categories": _categories(one.mask),
            "modes": sorted(one.modes),
            "refused": one.refused,
        }
        for one in found.found
    ]
    if as_json:
        _print({"subjects": lines, "more": found.more, "lag": asdict(found.lag)})
        return
    for line in lines:
        click.echo("  ".join(str(value) for value in line.values()))
    _tell_lag(found.lag.entries + found.lag.waiting)


@audit.command()
@AS
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), required=True, help="A new folder.")
@JSON
def export(username: str | None, out: Path, as_json: bool) -> None:
    """The whole trail as files, with the verifier that needs no Toride."""
    _settled()
    with _permitted(username, Action.TRAIL_EXPORT) as permit:
        permit.ledger.facts["checkpoint"] = proofs.witness().split("\n")[1]
        commit(permit)
        size = proofs.export(out)
    if as_json:
        _print({"folder": str(out), "entries": size})
    else:
        click.echo(f"{size} entries in {out}. Check them: python {out / 'toride_verify.py'} {out} --key KEY")


def _permitted(username: str | None, action: Action, *, subject: UUID | None = None) -> AbstractContextManager[Permit]:
    if acting is None:
        raise ConfigurationError("Nobody can act here: this command is not connected to the decision.")
    return acting(username, action.value, subject=subject)


def _settled() -> None:
    """Enters what waits; a trail that cannot be sealed can still be looked at."""
    try:
        settle()
    except Unavailable as error:
        click.echo(f"toride: {error}", err=True)


def _say(action: Action, **facts: Any) -> None:
    """Records an act that needs no permit; looking at a trail that takes no events is allowed, and is said."""
    door = Door("cli", agent=f"uid:{os.geteuid()}")
    try:
        note(None, door, action, facts=facts)
    except Unavailable:
        click.echo("toride: this could not be recorded: the trail takes no events", err=True)
        return
    with suppress(Unavailable):
        settle()


def _hand(text: str, out: Path | None, as_json: bool, name: str) -> None:
    if out is not None:
        try:
            with out.open("x", encoding="utf-8") as file:
                file.write(text)
        except OSError as error:
            raise Invalid(f"{out} cannot be written: {error.strerror}.") from None
    if as_json:
        _print({name: text, "file": str(out) if out else None})
    elif out is None:
        click.echo(text, nl=False)


def _line(line: queries.Line, subject: UUID) -> dict[str, Any]:
    event = line.event
    mine = [(mode.value, mask) for one, mode, mask in event.subjects if one == subject]
    return {
        "at": _moment(event.at),
        "actor": event.actor.username if event.actor else "-",
        "action": event.action,
        "did": event.did,
        "outcome": event.outcome,
        "purpose": event.purpose,
        "modes": [mode for mode, _ in mine],
        "categories": sorted({name for _, mask in mine for name in _categories(mask)}),
        "door": event.door.kind,
        "event": str(event.id),
    }


def _categories(mask: int) -> list[str]:
    return [category.name.lower() for category in Category if mask >> category & 1]


def _moment(at: int) -> str:
    return datetime.fromtimestamp(at / 1_000_000, UTC).astimezone().isoformat(timespec="milliseconds")


def _aware(moment: datetime | None) -> datetime | None:
    return moment.astimezone() if moment else None


def _tell(report: Report) -> None:
    for one in report.findings:
        click.echo(f"{one.text}{f' (event {one.event})' if one.event else ''}")
    verdict = f"{len(report.findings)} findings" if report.findings else "as sealed"
    click.echo(f"{report.entries} entries, {report.heads} checkpoints, root {report.root}: {verdict}")


def _tell_lag(behind: int) -> None:
    if behind:
        click.echo(f"{behind} later events are not shown yet.", err=True)


def _print(value: Any) -> None:
    click.echo(orjson.dumps(value).decode())
