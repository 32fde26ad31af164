"""Import by command: the same service as any other door."""

import csv
import json
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import click
from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from toride.access import command_line
from toride.access.decide import decide
from toride.access.models import Branch
from toride.access.options import ANY_PURPOSE, AS, PURPOSE
from toride.base import terminal
from toride.base.errors import Hidden, Invalid, Refused
from toride.base.ids import ordered_id
from toride.customers.actions import Action
from toride.customers.fields import FIELDS
from toride.customers.imports import (
    drafts,
    findings,
    fitting,
    keeping,
    listing,
    mapping,
    omissions,
    outlet,
    running,
    services,
)
from toride.customers.imports.cleaning import Choices
from toride.customers.imports.reasons import MAY_BE_TAKEN
from toride.customers.imports.services import Counts
from toride.customers.imports.sifting import pack
from toride.customers.models import Import
from toride.jobs import running as jobs
from toride.jobs.models import Job, State
from toride.vault import files
from toride.vault.permit import Permit

JSON = terminal.JSON
CHUNK = 1_048_576


@click.command("import", cls=terminal.Command)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@AS
@PURPOSE
@click.option("--branch", help="Code of the branch that new customers belong to; default: the person's own.")
@click.option("--mapping", "mapping_file", default="auto", help='"auto", or a JSON file {"heading": "field", …}.')
@click.option("--encoding", help="utf-8, cp932, utf-16, euc_jp; detected by default.")
@click.option("--delimiter", help="One character; detected by default.")
@click.option("--heading-row", type=click.IntRange(1, mapping.TOP), help="In which row the headings stand.")
@click.option("--accept-guess", is_flag=True, help="Go on with what is only guessed of headings and columns.")
@click.option("--number-them", is_flag=True, help="The file has no customer numbers: give the rows numbers.")
@click.option(
    "--strict",
    is_flag=True,
    help="Reject a row with any cell that is not in order; by default that cell is left empty.",
)
@click.option(
    "--leave-empty",
    multiple=True,
    metavar="FIELD",
    help='With --strict: leave cells of this field empty all the same; "all" for every optional one.',
)
@click.option(
    "--take",
    multiple=True,
    type=click.Choice(sorted(MAY_BE_TAKEN)),
    help="Import rows that are held back for this doubt.",
)
@click.option(
    "--company-is",
    type=click.Choice(["customer", "employer"]),
    help="In rows with a company and a person: who the company is.",
)
@click.option("--hidden-rows", is_flag=True, help="Bring in hidden rows of a workbook, too.")
@click.option("--dry-run", is_flag=True, help="Count only; nothing is written.")
@click.option("--rejected", "rejected_file", type=click.Path(path_type=Path), help="Where rejected rows go.")
@JSON
def import_file(
    file: Path, username: str | None, purpose: str, branch: str | None, mapping_file: str, encoding: str | None,
    delimiter: str | None, heading_row: int | None, accept_guess: bool, number_them: bool, strict: bool,
    leave_empty: Sequence[str],
    take: Sequence[str], company_is: str | None, hidden_rows: bool, dry_run: bool,
    rejected_file: Path | None, as_json: bool,
) -> None:  # fmt: skip
    """Import customers from CSV, TSV, XLSX or vCard."""
    _fits(file)
    arguments = {
        "mapping": _mapping(mapping_file), "encoding": encoding, "delimiter": delimiter, "accept": accept_guess,
        "above": heading_row - 1 if heading_row else None,
    }  # fmt: skip
    choices = _choices(leave_empty if strict else [*leave_empty, "all"], take, company_is)
    number = ordered_id()
    draft = partial(Import, pk=number, choices=choices, hidden=hidden_rows)
    arguments["numbered"] = drafts.numbering_of(draft()) if number_them else ""
    if dry_run:
        _foresee(file, username, purpose, branch, arguments, as_json, draft)
        return
    with command_line.permitted(username, Action.FILE_IMPORT, purpose=purpose) as permit:
        person = command_line.person(username, Action.FILE_IMPORT)
        home = _branch(branch or person.branch_id)
        if not permit.rows.include(home.code, None):
            raise Refused("scope")
        try:
            kept = files.keep(_read(file), most=settings.IMPORT_MAX_BYTES)
        except OverflowError:
            raise Invalid(_too_large()) from None
        with transaction.atomic():
            job = jobs.queue(running.KIND, person=person.id, purpose=permit.purpose, arguments=arguments)
            source = draft(job=job, person=person.id, branch=home, file=kept)
            source.save(force_insert=True)
            claimed = jobs.claim(jobs.name(), job.pk)
        permit.ledger.facts |= {"import": str(source.pk), "bytes": file.stat().st_size}
        permit.ledger.did = "start"
    _perform(claimed, source, username, purpose, rejected_file or file.with_name(file.name + ".rejected.csv"), as_json)


@click.group(cls=terminal.Group)
def imports() -> None:
    """List, resume, cancel and undo imports."""


@imports.command("list")
@AS
@ANY_PURPOSE
@JSON
@click.option("--limit", type=click.IntRange(1, 10_000), default=100, show_default=True, help="Most imports to print.")
def listed(username: str | None, purpose: str | None, as_json: bool, limit: int) -> None:
    """The imports, newest first."""
    with command_line.permitted(username, Action.IMPORT_READ, purpose=purpose) as permit:
        permit.ledger.facts["read"] = "imports"
        found = [_line(one) for one in listing.within(permit).exclude(job=None)[:limit]]
    if as_json:
        print(json.dumps(found))
        return
    told = [", ".join(f"{value:,} {name}" for name, value in one["counts"].items() if value) for one in found]
    rows = [(one["import"], one["state"], one["created"][:16], said) for one, said in zip(found, told, strict=True)]
    terminal.table(rows, [_("Import"), _("State"), _("Created on"), _("Result")])


@imports.command()
@click.argument("number", type=click.UUID)
@AS
@PURPOSE
@click.option("--rejected", "rejected_file", type=click.Path(path_type=Path), help="File to write error rows to.")
@JSON
def resume(number: UUID, username: str | None, purpose: str, rejected_file: Path | None, as_json: bool) -> None:
    """Go on with an import that was cancelled, failed or killed."""
    with command_line.permitted(username, Action.FILE_IMPORT, purpose=purpose) as permit:
        permit.ledger.facts["import"], permit.ledger.did = str(number), "resume"
        source = _kept(permit, number)
        if source.undone or source.taking_back:
            raise Invalid("This import was taken back; there is nothing to go on with.")
    with transaction.atomic():  # no worker sees it queued
        jobs.resume(_job(source).pk)
        claimed = jobs.claim(jobs.name(), _job(source).pk)
    _perform(claimed, source, username, purpose, rejected_file, as_json)


@imports.command()
@click.argument("number", type=click.UUID)
@AS
@ANY_PURPOSE
def cancel(number: UUID, username: str | None, purpose: str | None) -> None:
    """Stop an import after its current batch."""
    with command_line.permitted(username, Action.FILE_IMPORT, purpose=purpose) as permit:
        permit.ledger.facts |= {"import": str(number), "cancel": True}
        permit.ledger.did = "cancel"
        done = jobs.cancel(_job(_find(permit, number)).pk)
    print("It stops after the current batch." if done else "It had ended already.")


@imports.command()
@click.argument("number", type=click.UUID)
@AS
@PURPOSE
@JSON
def undo(number: UUID, username: str | None, purpose: str, as_json: bool) -> None:
    """Take a whole import back; what was changed since stays, and is listed."""
    with command_line.permitted(username, Action.IMPORT_UNDO, purpose=purpose) as permit:
        permit.ledger.facts["import"], permit.ledger.did = str(number), "start"
        source = _kept(permit, number)

    def again() -> Any:
        return decide(
            command_line.person(username, Action.IMPORT_UNDO),
            Action.IMPORT_UNDO,
            door=command_line.door(),
            purpose=purpose,
        )

    if source.job and source.job.state in (State.QUEUED, State.RUNNING):
        raise Invalid("This import has not ended. Cancel it first: ./toride imports cancel")
    back, conflicts = running.undo(source, again)
    result = {"restored": back, "conflicts": [[str(subject), fields] for subject, fields in conflicts]}
    if as_json:
        print(json.dumps(result))
    else:
        print(f"{back:,} customers put back; {len(conflicts):,} left as they are, changed since.")


@imports.command("rejected")
@click.argument("number", type=click.UUID)
@AS
@PURPOSE
@click.option("--out", type=click.Path(path_type=Path), required=True, help="File to create.")
def rejected_rows(number: UUID, username: str | None, purpose: str, out: Path) -> None:
    """Write the rejected rows, with reasons, in the file's own encoding."""
    print(f"{_write_rejected(number, username, purpose, out):,} rows: {out}")


def _perform(
    claimed: Job | None, source: Import, username: str | None, purpose: str, rejected_file: Path | None, as_json: bool
) -> None:
    """Does the job here; a worker takes it up if this process is killed."""
    if claimed is None:
        raise Invalid("Another process is working on this import.")
    start = time.monotonic()
    ended = jobs.perform(claimed, claimed.worker)
    source.refresh_from_db()
    result: dict[str, Any] = {"import": str(source.pk), **asdict(Counts(**source.counts))}
    if ended.state == State.DONE:
        by_hand = ended.arguments.get("mapping") is not None
        result["left"] = omissions.of(lambda: files.content(source.file), source, by_hand=by_hand)
    if rejected_file and findings.any_rejected(source):
        result["rejected_file"] = _rejected_beside(source, username, purpose, rejected_file)
    if ended.state != State.DONE:
        kind, _colon, why = (ended.error or str(ended.state)).partition(": ")
        if kind == "Invalid" and not source.counts:
            raise Invalid(why)
        told = ended.error or ended.state
        print(f"toride: the import stopped ({told}); go on with: ./toride imports resume {source.pk}", file=sys.stderr)
        raise SystemExit(2)
    _tell(result, as_json, time.monotonic() - start)


def _rejected_beside(source: Import, username: str | None, purpose: str, out: Path) -> str | None:
    """Where the rejected rows were written; None, with another way told, where nothing can be written there."""
    try:
        _write_rejected(source.pk, username, purpose, out)
    except OSError as error:
        way = f"./toride imports rejected {source.pk} --purpose {purpose} --out FILE"
        print(f"toride: {out} cannot be written ({error.strerror}). The rejected rows: {way}", file=sys.stderr)
        return None
    return str(out)


def _foresee(
    file: Path, username: str | None, purpose: str, branch: str | None, arguments: dict[str, Any], as_json: bool,
    draft: Callable[..., Import],
) -> None:  # fmt: skip
    counts = Counts()
    with command_line.permitted(username, Action.FILE_IMPORT, purpose=purpose) as permit:
        person = command_line.person(username, Action.FILE_IMPORT)
        source = draft(person=person.id, branch=_branch(branch or person.branch_id))
        for _cells, rows in running.batches(lambda: _read(file), source, arguments):
            fitting.must_fit(permit, source)
            counts += services.foresee(permit, source, rows)[0]
            omissions.note(source.left, rows)
        permit.ledger.facts |= {"dry_run": True, **asdict(counts)}
        permit.ledger.did = "check"
    left = omissions.of(lambda: _read(file), source, by_hand=arguments["mapping"] is not None)
    _tell({**asdict(counts), "targets": source.targets, "encoding": source.encoding, "left": left}, as_json, 0)


def _choices(leave_empty: Sequence[str], take: Sequence[str], company_is: str | None) -> dict[str, Any]:
    """What is decided for the whole file. Raises Invalid for a field that there is not."""
    for name in leave_empty:
        if name != "all" and name not in FIELDS:
            raise Invalid(f"There is no field {name}. Fields: {', '.join(FIELDS)}")
    company = {"customer": "company", "employer": "person"}.get(company_is or "", "")
    return pack(Choices(frozenset("*" if one == "all" else one for one in leave_empty), frozenset(take), company))


def _tell(result: dict[str, Any], as_json: bool, seconds: float) -> None:
    if as_json:
        print(json.dumps(result, ensure_ascii=False))
        return
    for name, why in result["left"].items():
        print(f"Left out: {name}: {why}.", file=sys.stderr)
    words = ", ".join(f"{result[name]:,} {name}" for name in asdict(Counts()))
    print(f"{words}{f' in {seconds:.1f} s' if seconds else ''}")


def _write_rejected(number: UUID, username: str | None, purpose: str, out: Path) -> int:
    with command_line.permitted(username, Action.REJECTED_DOWNLOAD, purpose=purpose) as permit:
        source = _find(permit, number)
        rows = services.rejected(permit, source)
    encoding, begin = outlet.encoding(source), outlet.head(permit, source)
    descriptor = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding=encoding, errors="replace", newline="") as target:
        writer = csv.writer(target, delimiter=source.delimiter or ",")
        if source.header:
            writer.writerow([*map(outlet.harmless, begin.headings), "Reason"])
        for row, cells, problems in rows:
            writer.writerow(outlet.line(begin, row, cells, problems))
    return len(rows)


def _line(one: Import) -> dict[str, Any]:
    state = "undone" if one.undone else one.job.state if one.job else "draft"
    return {"import": str(one.pk), "state": state, "counts": one.counts, "created": one.created.isoformat()}


def _find(permit: Permit, number: UUID) -> Import:
    try:
        return drafts.find(permit, number)
    except Hidden:
        raise Hidden("There is no such import.") from None


def _kept(permit: Permit, number: UUID) -> Import:
    source = _find(permit, number)
    if source.ended:
        raise Invalid(f"This import ended more than {keeping.KEPT.days} days ago; its file and findings are gone.")
    return source


def _job(source: Import) -> Job:
    if source.job is None:
        raise Invalid("This import never began.")
    return source.job


def _branch(code: str | None) -> Branch:
    found = Branch.objects.filter(code=code).first()
    if found is None:
        codes = ", ".join(Branch.objects.order_by("code").values_list("code", flat=True))
        raise Invalid(f"There is no branch {code}. Branches: {codes}.")
    return found


def _mapping(name: str) -> dict[str, str | None] | None:
    if name == "auto":
        return None
    try:
        found = json.loads(Path(name).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise Invalid(f'{name} is not a readable JSON file. Write {{"heading": "field", …}}.') from None
    if not isinstance(found, dict):
        raise Invalid('The mapping is an object: {"heading": "field", …}.')
    return found


def _fits(file: Path) -> None:
    if file.stat().st_size > settings.IMPORT_MAX_BYTES:
        raise Invalid(_too_large())


def _too_large() -> str:
    return (
        f"The file is larger than {settings.IMPORT_MAX_BYTES // 1_048_576} MB. Split it, or set TORIDE_IMPORT_MAX_MB."
    )


def _read(file: Path) -> Iterator[bytes]:
    with file.open("rb") as source:
        while chunk := source.read(CHUNK):
            yield chunk
