"""Imports: a file sent in parts, its columns decided, checked as a whole, then run."""

from functools import partial
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from ninja import Router
from ninja.params.functions import Header, Query

from toride.api import forms, idempotency
from toride.api.gateway import act
from toride.api.problems import Wrong
from toride.base.errors import Invalid
from toride.customers.actions import Action
from toride.customers.imports import asked, drafts, listing, omissions, progress
from toride.customers.models import Import
from toride.jobs.models import Job, State
from toride.vault import files
from toride.vault.permit import Permit

router = Router(tags=["Imports"])
RAW = "application/octet-stream"
BODY = {"requestBody": {"required": True, "content": {RAW: {"schema": {"type": "string", "format": "binary"}}}}}


@act(router, "GET", "/imports", Action.IMPORT_READ, answers=forms.Imports)
def newest(request: HttpRequest) -> dict[str, Any]:
    """List the newest imports."""
    found = listing.newest(_permit(request))
    return {"items": [_import(line.source) for line in found]}


@act(router, "POST", "/imports", Action.FILE_IMPORT, answers=forms.Begun, status=201)
def begin(
    request: HttpRequest,
    response: HttpResponse,
    sent: forms.NewImport,
    idempotency_key: str | None = Header(None, alias="Idempotency-Key", pattern=idempotency.FORM),
) -> dict[str, Any]:
    """Begin an import: name the file and its size, then send its parts."""

    def make() -> dict[str, Any]:
        made = drafts.begin(
            _permit(request), branch=sent.branch, name=sent.name, origin=sent.origin, size=sent.size, lenient=True
        )  # fmt: skip
        return {"id": str(made.pk)}

    made = idempotency.answered(request, idempotency_key, make)
    response["Location"] = f"/api/v1/imports/{made['id']}"
    return {**made, "part": files.PART}


@act(router, "PUT", "/imports/{uuid:number}/file", Action.FILE_IMPORT, answers=forms.Received, openapi_extra=BODY)
def receive(
    request: HttpRequest, number: UUID, offset: int = Query(..., ge=0, lt=settings.IMPORT_MAX_BYTES)
) -> dict[str, Any]:
    """Send the next part of the file, as many bytes as `part` says; it is sealed as it arrives."""
    if request.content_type != RAW:
        raise Wrong(415, "media-type", f"Send the part as it is: Content-Type: {RAW}.")
    permit = _permit(request)
    source = drafts.draft(permit, number)
    stands = drafts.receive(permit, source, offset=offset, part=request.read(files.PART + 1))
    if stands == source.size:
        asked.first_columns(permit, source)
    return {"stands": stands, "size": source.size}


@act(router, "GET", "/imports/{uuid:number}/columns", Action.FILE_IMPORT, answers=forms.Columns)
def columns(request: HttpRequest, number: UUID) -> dict[str, Any]:
    """Read which column becomes which field."""
    return _columns(_permit(request), drafts.draft(_permit(request), number))


@act(router, "PUT", "/imports/{uuid:number}/columns", Action.FILE_IMPORT, answers=forms.Columns)
def decide_columns(request: HttpRequest, number: UUID, sent: forms.Decided) -> dict[str, Any]:
    """Decide which column becomes which field, in order; null leaves one out."""
    permit = _permit(request)
    source = drafts.draft(permit, number)
    company = {"customer": "company", "employer": "person", None: source.choices.get("company", "")}[sent.company_is]
    stands = source.above if sent.heading_row is None else sent.heading_row - 1
    drafts.decide_columns(
        permit,
        source=source,
        encoding=sent.encoding or source.encoding,
        delimiter=source.delimiter if sent.delimiter is None else sent.delimiter,
        header=sent.header,
        targets=list(sent.targets),
        above=stands if sent.header else 0,
        double=source.double and stands == source.above,
        numbering=sent.number_them,
        company=company,
        hidden=sent.hidden_rows,
    )
    empty = ["*"] if sent.leave_empty is None else sent.leave_empty
    choices = {"empty": empty, "taken": sent.take, "company": company}
    drafts.decide_rows(permit, source=source, choices=choices)
    return _columns(permit, source)


@act(router, "POST", "/imports/{uuid:number}/check", Action.FILE_IMPORT, answers=forms.Going, status=202)
def start_check(request: HttpRequest, number: UUID) -> dict[str, Any]:
    """Check the whole file; nothing is written."""
    permit = _permit(request)
    source = drafts.draft(permit, number)
    drafts.start_check(permit, source=source)
    return _going(source.trial)


@act(router, "GET", "/imports/{uuid:number}/check", Action.FILE_IMPORT, answers=forms.Going)
def checking(request: HttpRequest, number: UUID) -> dict[str, Any]:
    """Read how the check goes, or what it found, in figures."""
    source = drafts.draft(_permit(request), number)
    _permit(request).ledger.facts["import"] = str(source.pk)
    return {**_going(source.trial), "left": _left(source, source.trial)}


@act(router, "POST", "/imports/{uuid:number}/run", Action.FILE_IMPORT, answers=forms.Going, status=202)
def run(request: HttpRequest, number: UUID, sent: forms.Started) -> dict[str, Any]:
    """Run an import that was checked."""
    permit = _permit(request)
    source = drafts.draft(permit, number)
    drafts.start(permit, source=source, leave_out=sent.leave_out_duplicates)
    return _going(drafts.find(permit, number).job)


@act(router, "GET", "/imports/{uuid:number}", Action.IMPORT_READ, answers=forms.Import)
def one(request: HttpRequest, number: UUID) -> dict[str, Any]:
    """Read how an import goes, or what came of it."""
    source = drafts.find(_permit(request), number)
    _permit(request).ledger.facts["import"] = str(source.pk)
    return {**_import(source), "left": _left(source, source.job)}


@act(router, "DELETE", "/imports/{uuid:number}", Action.FILE_IMPORT, answers=None, status=204)
def discard(request: HttpRequest, number: UUID) -> None:
    """Throw away an import that has not been run, with its file."""
    drafts.discard(_permit(request), source=drafts.draft(_permit(request), number))


def _permit(request: HttpRequest) -> Permit:
    return request.permit  # type: ignore[attr-defined,no-any-return]


def _columns(permit: Permit, source: Import) -> dict[str, Any]:
    if files.stands(source.file) is not None:
        raise Invalid("The file has not arrived in full.")
    permit.ledger.facts["import"] = str(source.pk)
    lacking = [str(one) for one in drafts.lacking(source)]
    return {
        "encoding": source.encoding, "delimiter": source.delimiter, "header": source.header,
        "heading_row": source.above + 1, "guessed": source.guessed, "targets": source.targets, "lacking": lacking,
        "left": omissions.of(partial(files.content, source.file), source),
    }  # fmt: skip


def _import(source: Import) -> dict[str, Any]:
    going = _going(progress.current(source))
    return {"id": source.pk, "branch": source.branch_id, "created": source.created, **going,
            "state": listing.state(source)}  # fmt: skip


def _left(source: Import, job: Job | None) -> dict[str, str]:
    """What was not brought in, once a job has looked at the whole file and while the file is there."""
    if job is None or job.state != State.DONE or source.ended:
        return {}
    source.left = job.result.get("left", source.left)
    return omissions.of(partial(files.content, source.file), source)


def _going(job: Job | None) -> dict[str, Any]:
    if job is None:
        return {"state": "draft", "done": 0, "total": None, "counts": {}}
    how = progress.of(job)
    counts = {name: figure for name, figure in job.result.items() if isinstance(figure, int)}
    return {"state": str(how.state), "done": how.done, "total": how.total, "counts": counts}
