"""`toride audit`: verify the trail, prove an event, ask who saw whom, keep a witness outside."""

import os
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from dataclasses import asdict
from datetime import UTC, datetime
from functools import reduce
from operator import or_
from pathlib import Path
from typing import Any
from uuid import UUID

import click
import orjson
from django.db import connections
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from toride.audit import comparison, labels, naming, proofs, queries
from toride.audit.actions import Action
from toride.audit.recorded import commit, note
from toride.audit.sequencer import settle
from toride.audit.verifier.toride_verify import Report
from toride.base import clock, terminal
from toride.base.errors import ConfigurationError, Invalid, Unavailable
from toride.vault.permit import Category, Door, Permit

Acting = Callable[..., AbstractContextManager[Permit]]
# Put here by the command line's root: (username, action, *, subject) -> a permit; leaving it commits its event.
acting: Acting | None = None

AS = click.option(
    "--as", "username", metavar="USER",
    help="Sign-in name of the person who asks. Default: the holder of TORIDE_TOKEN; in a demo, the auditor.",
)  # fmt: skip
OUT = click.option("--out", type=click.Path(path_type=Path), help="Write to this new file instead.")
HEADS = (
    lazy("When"), lazy("Who"), lazy("Action"), lazy("Outcome"), lazy("Purpose of use"), lazy("Access"),
    lazy("Category"), lazy("Source"), lazy("Event number"),
)  # fmt: skip
HEADS_OF_PERSON = (
    lazy("Customer"), lazy("First"), lazy("Last"), lazy("Count"), lazy("Category"), lazy("Access"), lazy("Denied")
)  # fmt: skip
MOMENT = click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"])


@click.group(cls=terminal.Group)
def audit() -> None:
    """Verify, search, prove and export the audit trail."""


@audit.command()
@click.option(
    "--since",
    type=click.Path(path_type=Path),
    help="A checkpoint file kept elsewhere: the trail must continue from it.",
)
@click.option("--deep", is_flag=True, help="Also check every older checkpoint's signature.")
@terminal.JSON
def verify(since: Path | None, deep: bool, as_json: bool) -> None:
    """Verify every entry. Exit status 1 if anything was altered."""
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
@terminal.JSON
def prove(event: UUID, out: Path | None, as_json: bool) -> None:
    """Print the proof of one EVENT, which can be checked without Toride."""
    _settled()
    text = proofs.proof(event)
    _say(Action.EVENT_PROVE, event=str(event))
    _hand(text, out, as_json, "proof")


@audit.command()
@OUT
@terminal.JSON
def checkpoint(out: Path | None, as_json: bool) -> None:
    """Print the signed head of the trail. Keep it elsewhere for a later `verify --since`."""
    _settled()
    text = proofs.witness()
    _say(Action.TRAIL_VERIFY, kept=text.split("\n")[1])
    _hand(text, out, as_json, "checkpoint")


@audit.command("who-saw")
@click.argument("customer")
@AS
@click.option(
    "--from",
    "start",
    type=MOMENT,
    metavar="DATE",
    help="Only events from this day or time on (2026-11-29 or 2026-11-29T09:00:00).",
)
@click.option("--to", "end", type=MOMENT, metavar="DATE", help="Only events before this time.")
@terminal.JSON
def who_saw(customer: str, username: str | None, start: datetime | None, end: datetime | None, as_json: bool) -> None:
    """List who accessed a CUSTOMER (customer number or internal ID)."""
    _settled()
    subject = naming.subject(customer)
    with _permitted(username, Action.SUBJECT_READ, subject=subject) as permit:
        page = queries.who_saw(permit, subject, _aware(start), _aware(end))
    lines = [_line(line, subject) for line in page.lines]
    if as_json:
        _print({"events": lines, "after": page.after, "lag": asdict(page.lag)})
        return
    terminal.table([_row(line, subject) for line in page.lines], list(map(str, HEADS)))
    _tell_lag(page.lag.entries + page.lag.waiting)


@audit.command()
@click.argument("person")
@AS
@click.option(
    "--from",
    "start",
    type=MOMENT,
    metavar="DATE",
    required=True,
    help="Only events from this day or time on (2026-11-29 or 2026-11-29T09:00:00).",
)
@click.option("--to", "end", type=MOMENT, metavar="DATE", help="Only events before this time; default: now.")
@terminal.JSON
def saw(person: str, username: str | None, start: datetime, end: datetime | None, as_json: bool) -> None:
    """List which customers a PERSON (sign-in name or ID) accessed."""
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
    rows = [
        (one.subject, _written(one.first), _written(one.last), one.times, _labels(one.mask),
         [labels.MODES[mode] for mode in sorted(one.modes)], one.refused)
        for one in found.found
    ]  # fmt: skip
    terminal.table(rows, list(map(str, HEADS_OF_PERSON)))
    _tell_lag(found.lag.entries + found.lag.waiting)


@audit.command()
@AS
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), required=True, help="Folder to create.")
@terminal.JSON
def export(username: str | None, out: Path, as_json: bool) -> None:
    """Export the whole trail as files, with a verifier that doesn't need Toride."""
    _settled()
    with _permitted(username, Action.TRAIL_EXPORT) as permit:
        permit.ledger.facts["checkpoint"] = proofs.witness().split("\n")[1]
        commit(permit)
        size = proofs.export(out)
    if as_json:
        _print({"folder": str(out), "entries": size})
    else:
        said = _("%(count)s entries exported to %(folder)s. To verify them:") % {"count": f"{size:,}", "folder": out}
        click.echo(f"{said} python {out / 'toride_verify.py'} {out} --key KEY")


def _permitted(username: str | None, action: Action, *, subject: UUID | None = None) -> AbstractContextManager[Permit]:
    if acting is None:
        raise ConfigurationError("This command is not connected to the access decision.")
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
        click.echo("toride: this could not be recorded: the audit trail is unavailable", err=True)
        return
    with suppress(Unavailable):
        settle()


def _hand(text: str, out: Path | None, as_json: bool, name: str) -> None:
    if out is not None:
        try:
            with out.open("x", encoding="utf-8") as file:
                file.write(text)
        except OSError as error:
            raise Invalid(f"{out} cannot be written: {error.strerror}. Choose a new file.") from None
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
        "modes": [mode for mode, _mask in mine],
        "categories": sorted({name for _mode, mask in mine for name in _categories(mask)}),
        "door": event.door.kind,
        "event": str(event.id),
    }


def _row(line: queries.Line, subject: UUID) -> tuple[Any, ...]:
    """As its page tells it."""
    event = line.event
    mine = [(mode, mask) for one, mode, mask in event.subjects if one == subject]
    return (
        _written(event.at),
        event.actor.username if event.actor else None,
        labels.act(event),
        labels.OUTCOMES[event.outcome],
        naming.purposes.get(event.purpose, event.purpose),
        [labels.MODES[mode] for mode, _mask in mine],
        _labels(reduce(or_, (mask for _mode, mask in mine), 0)),
        labels.DOORS.get(event.door.kind, event.door.kind),
        event.id,
    )


def _labels(mask: int) -> list[str]:
    return [str(label) for category, label in labels.CATEGORIES.items() if mask >> category & 1]


def _written(at: int) -> str:
    return datetime.fromtimestamp(at / 1_000_000, UTC).astimezone().strftime("%Y-%m-%d %H:%M:%S")


def _categories(mask: int) -> list[str]:
    return [category.name.lower() for category in Category if mask >> category & 1]


def _moment(at: int) -> str:
    return datetime.fromtimestamp(at / 1_000_000, UTC).astimezone().isoformat(timespec="milliseconds")


def _aware(moment: datetime | None) -> datetime | None:
    return moment.astimezone() if moment else None


def _tell(report: Report) -> None:
    for one in report.findings:
        click.echo(f"{one.text}{f' (event {one.event})' if one.event else ''}")
    altered = _("ALTERED: %(count)d findings") % {"count": len(report.findings)}
    counted = {"entries": f"{report.entries:,}", "checkpoints": f"{report.heads:,}", "root": report.root}
    said = _("%(entries)s entries, %(checkpoints)s checkpoints, root %(root)s") % counted
    click.echo(f"{altered if report.findings else _('OK: unaltered')}. {said}")


def _tell_lag(behind: int) -> None:
    if behind:
        click.echo(_("%(count)d later events are not listed yet.") % {"count": behind}, err=True)


def _print(value: Any) -> None:
    click.echo(orjson.dumps(value).decode())
