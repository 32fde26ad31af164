"""The pages of imports: the list, the four steps of a draft, progress, result. Read the request, ask, show."""

from contextlib import suppress
from functools import partial
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from toride.access.decide import purposes
from toride.access.models import Branch
from toride.access.purposes import SHIPPED
from toride.access.responses import onward
from toride.base.errors import Conflict, Invalid
from toride.base.guard import guarded
from toride.customers.actions import Action
from toride.customers.fields import FIELDS
from toride.customers.imports import (
    asked,
    drafts,
    findings,
    keeping,
    labels,
    listing,
    omissions,
    outlet,
    preview,
    progress,
    running,
    saved,
    wording,
)
from toride.customers.imports.sifting import unpack
from toride.customers.models import Import
from toride.jobs.models import State
from toride.lists.page import page
from toride.vault import files

OPTIONAL = frozenset(name for name, spec in FIELDS.items() if not spec.must)


@guarded(Action.IMPORT_READ)
@require_http_methods(["GET", "POST"])
def imports(request: HttpRequest, view: UUID | None = None) -> HttpResponse:
    return page(request, listing.IMPORTS, view, templates="customers/imports")


@guarded(Action.FILE_IMPORT)
@require_http_methods(["GET", "POST"])
def begin(request: HttpRequest) -> HttpResponse:
    """The first step: which file, for which branch, from where."""
    return _file(request, None)


@guarded(Action.FILE_IMPORT)
@require_http_methods(["GET", "POST", "PUT"])
def file(request: HttpRequest, number: UUID) -> HttpResponse:
    """The first step again: another file, or the next part of one (PUT, raw bytes, never parsed as a form)."""
    source = drafts.draft(_permit(request), number)
    return _part(request, source) if request.method == "PUT" else _file(request, source)


@guarded(Action.FILE_IMPORT)
@require_http_methods(["GET", "POST"])
def columns(request: HttpRequest, number: UUID) -> HttpResponse:
    """The second step: how the file is read, and which column becomes what; each choice is kept at once."""
    permit, source = _permit(request), drafts.draft(_permit(request), number)
    if files.stands(source.file) is not None:
        return redirect("import_file", number=number)
    if request.method == "GET":
        found = preview.look(permit, source, encoding=source.encoding, delimiter=source.delimiter)
        return _columns(request, source, found)
    found = asked.columns(permit, source, request.POST)
    if request.POST.get("go") and not found.problem:
        if source.header:
            saved.keep(permit, source=source, name="", headings=asked.headings(source, found))
        drafts.start_check(permit, source=source)
        return _to(request, "import_check", source)
    return _columns(request, source, found)


@guarded(Action.FILE_IMPORT)
@require_http_methods(["GET", "POST"])
def check(request: HttpRequest, number: UUID) -> HttpResponse:
    """The third step: what the whole file would do; POST keeps choices and mended cells, and checks anew."""
    permit, source = _permit(request), drafts.draft(_permit(request), number)
    if request.method == "POST":
        if "choices" in request.POST:
            drafts.decide_rows(permit, source=source, choices=asked.choices(request.POST, source))
        if edits := asked.edits(request.POST):
            drafts.mend(permit, source=source, edits=edits)
        drafts.start_check(permit, source=source)
        return _to(request, "import_check", source)
    if source.trial is None:
        return redirect("import_columns", number=number)
    context: dict[str, Any] = {"how": progress.of(source.trial), "why": wording.failure(source.trial.error)}
    if source.trial.state == State.DONE:
        context |= _found(request, source)
    return _step(request, "import_check", source, **context)


@guarded(Action.FILE_IMPORT)
@require_http_methods(["GET", "POST"])
def run(request: HttpRequest, number: UUID) -> HttpResponse:
    """The fourth step: the effect in figures, and the act."""
    permit, source = _permit(request), drafts.draft(_permit(request), number)
    leave = (request.POST if request.method == "POST" else request.GET).get("leave") == "1"
    if request.method == "POST":
        drafts.start(permit, source=source, leave_out=leave)
        return _to(request, "import_result", source)
    if source.trial is None or source.trial.state != State.DONE:
        return redirect("import_check", number=number)
    return _step(request, "import_run", source, leave=leave, effect=asked.effect(source, leave_out=leave))


@guarded(Action.IMPORT_READ)
@require_GET
def result(request: HttpRequest, number: UUID) -> HttpResponse:
    """How it goes, or what came of it."""
    permit, source = _permit(request), drafts.find(_permit(request), number)
    job = progress.current(source)
    if job is None:
        return redirect("imports")
    context: dict[str, Any] = {"how": progress.of(job), "why": wording.failure(job.error), "of": job.kind}
    context |= {"people": listing.names([source]), "until": keeping.until(source)}
    context["rejected"] = findings.rejected(permit, source, after=asked.whole(request.GET, "rejected"))
    context["conflicts"] = findings.page(
        permit, source, kind=findings.CONFLICT, after=asked.whole(request.GET, "conflict")
    )
    context["left"] = _left(source, source.left) if not source.ended and job.kind == running.KIND else []
    return _step(request, "import_result", source, **context)


@guarded(Action.IMPORT_READ)
@require_GET
def going(request: HttpRequest, number: UUID) -> HttpResponse:
    """The progress alone, asked every second; when it has ended the page is loaded anew."""
    return _going(request, drafts.find(_permit(request), number))


@guarded(Action.FILE_IMPORT)
@require_GET
def checking(request: HttpRequest, number: UUID) -> HttpResponse:
    """As `going`, of the check of a draft."""
    return _going(request, drafts.find(_permit(request), number))


@guarded(Action.FILE_IMPORT)
@require_POST
def cancel(request: HttpRequest, number: UUID) -> HttpResponse:
    source = drafts.find(_permit(request), number)
    drafts.cancel(_permit(request), source=source)
    return _to(request, "import_result" if source.job_id else "import_check", source)


@guarded(Action.FILE_IMPORT)
@require_POST
def resume(request: HttpRequest, number: UUID) -> HttpResponse:
    source = drafts.find(_permit(request), number)
    drafts.resume(_permit(request), source=source)
    return _to(request, "import_result", source)


@guarded(Action.FILE_IMPORT)
@require_POST
def discard(request: HttpRequest, number: UUID) -> HttpResponse:
    drafts.discard(_permit(request), source=drafts.draft(_permit(request), number))
    return redirect("imports")


@guarded(Action.IMPORT_UNDO)
@require_POST
def undo(request: HttpRequest, number: UUID) -> HttpResponse:
    source = drafts.find(_permit(request), number)
    drafts.start_undo(_permit(request), source=source)
    return _to(request, "import_result", source)


@guarded(Action.REJECTED_DOWNLOAD)
@require_POST
def rejected(request: HttpRequest, number: UUID) -> HttpResponseBase:
    """The rejected rows leave the house: an act of its own, recorded before the first byte."""
    source = drafts.find(_permit(request), number)
    content = outlet.download(_permit(request), source, heading=_("Reason"))
    answer = StreamingHttpResponse(content, content_type="application/octet-stream")
    answer["Content-Disposition"] = f'attachment; filename="rejected-{source.pk.hex[-8:]}.csv"'
    answer["Cache-Control"] = "no-store"
    return answer


def _permit(request: HttpRequest) -> Any:
    return request.permit  # type: ignore[attr-defined]


def _file(request: HttpRequest, source: Import | None) -> HttpResponse:
    permit, sent = _permit(request), request.POST
    if request.method == "POST":
        try:
            begun = drafts.begin(
                permit,
                branch=sent.get("branch", ""),
                name=sent.get("name", ""),
                origin=sent.get("origin", "").strip(),
                size=asked.whole(sent, "size"),
                source=source,
            )
        except Invalid as error:
            return render(request, "customers/import_errors.html", {"errors": error.fields}, status=422)
        put, following = (reverse(name, kwargs={"number": begun.pk}) for name in ("import_file", "import_columns"))
        return JsonResponse({"put": put, "next": following, "part": files.PART})
    branches = [
        one for one in Branch.objects.order_by("code").values_list("code", "name") if permit.rows.include(one[0], None)
    ]
    chosen = source.branch_id if source else branches[0][0] if len(branches) == 1 else ""
    return _step(
        request, "import_file", source, branches=branches, chosen=chosen, most=settings.IMPORT_MAX_BYTES,
        stands=files.stands(source.file) if source else 0,
    )  # fmt: skip


def _part(request: HttpRequest, source: Import) -> HttpResponse:
    """A part is at most PART bytes; no more is ever read."""
    offset = asked.whole(request.headers, "X-Offset")
    try:
        part = request.read(files.PART + 1)
        stands = drafts.receive(_permit(request), source, offset=offset, part=part)
    except Conflict as error:
        return JsonResponse({"stands": error.facts.get("stands", 0)}, status=409)
    except OSError:
        raise Invalid(_("The file has not arrived in full.")) from None
    if stands == source.size:
        asked.first_columns(_permit(request), source)
    return JsonResponse({"stands": stands})


def _columns(request: HttpRequest, source: Import, found: preview.Look) -> HttpResponse:
    permit = _permit(request)
    context = {
        "look": found,
        "shown": preview.shown(source, found),
        "columns": preview.columns(permit, source, found),
        "lacking": drafts.lacking(source),
        "saved": saved.offered(permit, asked.headings(source, found)),
        "labels": labels,
        "wording": wording,
    }
    name = "import_columns_part" if request.headers.get("HX-Request") else "import_columns"
    return _step(request, name, source, **context)


def _found(request: HttpRequest, source: Import) -> dict[str, Any]:
    """What the check found, in figures and, one page of it, in rows."""
    sent = request.GET
    kind = sent.get("kind", "")
    result = source.trial.result if source.trial else {}
    return {
        "kind": kind,
        "field": sent.get("field", ""),
        "groups": findings.groups(source),
        "page": findings.page(
            _permit(request), source, kind=kind, field=sent.get("field", ""), after=asked.whole(sent, "after")
        ),
        "most": findings.MOST_KEPT,
        "left": _left(source, result.get("left", {})),
        "optional": OPTIONAL,
        "chosen": unpack(source.choices),
        "wording": wording,
        "doubts": {kind: wording.DOUBTS[kind] for kind in findings.doubts(source)},
    }


def _left(source: Import, counted: Any) -> list[Any]:
    """What of the file is not brought in; nothing where it cannot be read."""
    with suppress(Invalid):
        return omissions.told(partial(files.content, source.file), source, counted)
    return []


def _going(request: HttpRequest, source: Import) -> HttpResponse:
    job = progress.current(source)
    how = progress.of(job) if job else None
    answer = render(request, "customers/import_going.html", {"source": source, "how": how, "progress": progress})
    if how is None or not how.live:
        answer["HX-Refresh"] = "true"
    return answer


def _step(request: HttpRequest, name: str, source: Import | None, **context: Any) -> HttpResponse:
    about = drafts.about(_permit(request), source) if source else drafts.About()
    context |= {"source": source, "about": about, "labels": labels, "progress": progress, **_purposes(request)}
    return render(request, f"customers/{name}.html", context)


def _purposes(request: HttpRequest) -> dict[str, Any]:
    return {"choices": purposes(request.user, _permit(request).action), "purposes": SHIPPED}  # type: ignore[arg-type]


def _to(request: HttpRequest, name: str, source: Import) -> HttpResponse:
    return onward(request, reverse(name, kwargs={"number": source.pk}))
