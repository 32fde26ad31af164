"""An import before it runs: begun, its file received, its columns decided, checked, started, or thrown away."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext as _

from toride.access.models import Branch
from toride.audit import recorded
from toride.base import clock
from toride.base.errors import Conflict, Hidden, Invalid, Refused
from toride.base.ids import ordered_id
from toride.customers.actions import Action
from toride.customers.fields import FIELDS
from toride.customers.imports import fitting, labels, mapping, mending, running
from toride.customers.imports.reasons import MAY_BE_TAKEN
from toride.customers.imports.sifting import pack, unpack
from toride.customers.models import Finding, Import
from toride.jobs import running as jobs
from toride.jobs.models import State
from toride.vault import files, records
from toride.vault.keyring import Kind
from toride.vault.permit import Permit

CHECK = "customers.import.check"
UNDO = "customers.import.undo"
LONGEST = 100
DRAFTS_KEPT = timedelta(days=30)
LIVE = (State.QUEUED, State.RUNNING)
ENDINGS = (".csv", ".tsv", ".txt", ".xlsx", ".vcf")
COMPANY = ("", "company", "person")


@dataclass(frozen=True, slots=True)
class About:
    """What the person said of a file: its name, and where it comes from."""

    name: str = field(default="", repr=False)
    origin: str = field(default="", repr=False)


def find(permit: Permit, number: UUID) -> Import:
    """An import in the permit's rows. Raises Hidden for any other, and for a draft where the permit only reads."""
    source = Import.objects.select_related("job", "trial", "taking_back", "branch").filter(pk=number).first()
    if source is None or not permit.rows.include(source.branch_id, source.person):
        raise Hidden
    if source.job is None and permit.action != Action.FILE_IMPORT:
        raise Hidden
    return source


def draft(permit: Permit, number: UUID) -> Import:
    """As `find`. Raises Conflict where the import has begun already."""
    source = find(permit, number)
    _must_be_draft(source)
    return source


def about(permit: Permit, source: Import) -> About:
    """Opens what was said of the file; a file that came by command has nothing said."""
    if not source.about:
        return About()
    return About(**records.open_with(permit, Kind.FILES, bytes(source.about), source.pk))


@recorded(Action.FILE_IMPORT, did="begin")
def begin(
    permit: Permit, *, branch: str, name: str, origin: str, size: int, source: Import | None = None,
    lenient: bool = False,
) -> Import:  # fmt: skip
    """A draft that awaits its file, or, with `source`, another file for one. Raises Invalid with advice by field.

    `lenient`: cells that are not in order are left empty until somebody decides otherwise.
    """
    problems: dict[str, Any] = {}
    home = Branch.objects.filter(code=branch).first()
    if home is None:
        problems["branch"] = _("choose a branch")
    elif not permit.rows.include(home.code, None):
        raise Refused("scope")
    if not 0 < size <= settings.IMPORT_MAX_BYTES:
        problems["file"] = (
            _("The file is empty.")
            if size <= 0
            else _("The file is larger than %(most)d MB. Split it.") % {"most": settings.IMPORT_MAX_BYTES // 1_048_576}
        )
    elif not name.lower().endswith(ENDINGS):
        problems["file"] = _("Choose a CSV, TSV, Excel (.xlsx) or vCard (.vcf) file.")
    if len(origin) > LONGEST:
        problems["origin"] = _("Enter at most %(most)d characters") % {"most": LONGEST}
    if home is None or problems:
        raise Invalid(_("Please fix the highlighted fields."), problems)
    if source is None:
        source = Import(person=permit.actor.id)
    else:
        _hold(source)
        _must_be_draft(source)
        files.drop(source.file)
        _forget_check(source)
        mending.forget(source)
        source.above, source.double, source.numbered, source.choices = 0, False, "", {}
    if lenient:
        source.choices = {"empty": ["*"]}
    source.branch, source.purpose, source.file, source.size = home, permit.purpose, ordered_id(), size
    source.encoding, source.delimiter, source.targets, source.header = "", "", [], True
    source.about = records.seal_with(Kind.FILES, {"name": name[-200:], "origin": origin}, source.pk)
    source.save()
    permit.ledger.facts |= {"import": str(source.pk), "step": "file", "bytes": size}
    return source


def receive(permit: Permit, source: Import, *, offset: int, part: bytes) -> int:
    """Takes the next part of the file, sealed at once; how many bytes stand. Conflict tells where to go on."""
    _must_be_draft(source)
    stands = files.extend(source.file, offset, part, size=source.size)
    if stands == source.size:
        permit.ledger.facts |= {"import": str(source.pk), "step": "received", "bytes": stands}
        permit.ledger.did = "receive"
    return stands


@recorded(Action.FILE_IMPORT, did="columns")
def decide_columns(
    permit: Permit,
    *,
    source: Import,
    encoding: str,
    delimiter: str,
    header: bool,
    targets: list[str | None],
    above: int = 0,
    double: bool = False,
    numbering: bool = False,
    company: str = "",
    hidden: bool = False,
    guessed: bool = False,
) -> None:
    """Keeps how the file is read and which column becomes what. Raises Invalid for a target that does not exist.

    `numbering`: the product gives the numbers. `company`: whom a row with company and person is about. `hidden`: hidden
    rows come, too. `guessed`: nobody has said yes to it.
    """
    _hold(source)
    _must_be_draft(source)
    known = {code for code, _label in (*labels.ENCODINGS, *labels.NAMES.items())}
    marks = {code for code, _label in labels.DELIMITERS}
    if encoding not in known or delimiter not in marks or not {one for one in targets if one} <= set(mapping.TARGETS):
        raise Invalid(_("There is no such field."))
    if len(targets) > settings.IMPORT_MAX_COLUMNS:
        raise Invalid(_("There is no such field."))
    if not 0 <= above < mapping.TOP or company not in COMPANY:
        raise Invalid(_("There is no such field."))
    decided = {
        "encoding": encoding, "delimiter": delimiter, "header": header, "targets": targets, "above": above,
        "double": double, "numbered": numbering_of(source) if numbering else "", "hidden": hidden,
        "guessed": guessed,
        "choices": {**source.choices, "company": company},
    }  # fmt: skip
    stood = Import.objects.filter(pk=source.pk).values(*decided).first()
    if decided != stood:
        _forget_check(source)
        for name, value in decided.items():
            setattr(source, name, value)
        source.save(update_fields=list(decided))
    permit.ledger.facts |= {"import": str(source.pk), "step": "columns", "columns": sum(1 for one in targets if one)}


@recorded(Action.FILE_IMPORT, did="columns")
def decide_rows(permit: Permit, *, source: Import, choices: Mapping[str, Any]) -> None:
    """Keeps what becomes of rows with problems or doubts, by kind; the check looks again. Raises Invalid."""
    _hold(source)
    _must_be_draft(source)
    kept = pack(unpack(choices))
    if not set(kept["empty"]) <= {"*", *FIELDS} or not set(kept["taken"]) <= MAY_BE_TAKEN:
        raise Invalid(_("There is no such field."))
    if kept != pack(unpack(source.choices)):
        _forget_check(source)
        source.choices = kept
        source.save(update_fields=["choices"])
    permit.ledger.facts |= {"import": str(source.pk), "step": "choices", "empty": kept["empty"], "taken": kept["taken"]}


@recorded(Action.FILE_IMPORT, did="columns")
def mend(permit: Permit, *, source: Import, edits: mending.Edits) -> None:
    """Other texts for some cells; the check looks again. Raises Invalid for a cell that there is not."""
    _hold(source)
    _must_be_draft(source)
    mending.keep(permit, source, edits)
    _forget_check(source)
    permit.ledger.facts |= {"import": str(source.pk), "step": "mend", "rows": len(edits)}


@recorded(Action.FILE_IMPORT, did="check")
def start_check(permit: Permit, *, source: Import) -> None:
    """Queues the check of the whole file; one that stands or runs is kept."""
    _hold(source)
    _must_be_draft(source)
    _must_be_decided(source)
    fitting.must_fit(permit, source)
    if source.trial is None or source.trial.state in (State.FAILED, State.CANCELLED):
        _forget_check(source)
        source.trial = jobs.queue(CHECK, person=permit.actor.id, purpose=source.purpose, arguments=_begun_by(permit))
        source.save(update_fields=["trial"])
    permit.ledger.facts |= {"import": str(source.pk), "step": "check"}


@recorded(Action.FILE_IMPORT, did="start")
def start(permit: Permit, *, source: Import, leave_out: bool) -> None:
    """Queues the import itself, once. Raises Conflict where it has begun, Invalid where no check has been done."""
    _hold(source)
    _must_be_draft(source)
    _must_be_decided(source)
    fitting.must_fit(permit, source)
    if source.trial is None or source.trial.state != State.DONE:
        raise Invalid(_("Check the whole file first."))
    last = int(source.trial.result["last"])
    job = jobs.queue(
        running.KIND, person=permit.actor.id, purpose=source.purpose, arguments=_begun_by(permit), total=last
    )
    if not Import.objects.filter(pk=source.pk, job=None, trial=source.trial).update(job=job, leave_out=leave_out):
        raise Conflict(_("This import has begun already."))
    permit.ledger.facts |= {"import": str(source.pk), "step": "run", "left_out": leave_out}


@recorded(Action.FILE_IMPORT, did="cancel")
def cancel(permit: Permit, *, source: Import) -> None:
    """Stops what runs for this import after its current batch."""
    for job in (source.trial, source.job, source.taking_back):
        if job is not None and job.state in LIVE:
            jobs.cancel(job.pk)
    permit.ledger.facts |= {"import": str(source.pk), "cancel": True}


@recorded(Action.FILE_IMPORT, did="resume")
def resume(permit: Permit, *, source: Import) -> None:
    """Queues an import that was cancelled or failed; it goes on after its last batch."""
    _hold(source)
    if source.job is None or source.undone or source.ended or source.taking_back or not jobs.resume(source.job.pk):
        raise Conflict(_("There is nothing to resume."))
    permit.ledger.facts |= {"import": str(source.pk), "resumed": True}


@recorded(Action.FILE_IMPORT, did="discard")
def discard(permit: Permit, *, source: Import) -> None:
    """Throws a draft away, with its file."""
    _hold(source)
    _must_be_draft(source)
    _forget_check(source)
    files.drop(source.file)
    permit.ledger.facts |= {"import": str(source.pk), "discarded": True}
    source.delete()


@recorded(Action.IMPORT_UNDO, did="start")
def start_undo(permit: Permit, *, source: Import) -> None:
    """Queues taking the whole import back. Raises Conflict while it runs, or where that was asked already."""
    _hold(source)
    job = source.job
    if job is None or job.state in LIVE or source.undone or source.ended:
        raise Conflict(_("This import cannot be undone now."))
    if source.taking_back is None:
        undoing = jobs.queue(UNDO, person=permit.actor.id, purpose=permit.purpose, arguments={})
        if not Import.objects.filter(pk=source.pk, taking_back=None).update(taking_back=undoing):
            raise Conflict(_("This import cannot be undone now."))
    elif not jobs.resume(source.taking_back.pk):
        raise Conflict(_("This import cannot be undone now."))
    permit.ledger.facts |= {"import": str(source.pk), "step": "undo"}


def tidy() -> int:
    """Throws away drafts that were begun DRAFTS_KEPT ago; how many. A chore: nobody asks for such data any more."""
    old = Import.objects.filter(job=None, created__lt=clock.now() - DRAFTS_KEPT)
    for source in (found := list(old)):
        _forget_check(source)
        files.drop(source.file)
        source.delete()
    return len(found)


def numbering_of(source: Import) -> str:
    """How the numbers begin that the product gives to the rows of a file; of each file others, and always the same."""
    return f"T{source.pk.hex[-10:].upper()}"


def lacking(source: Import) -> list[Any]:
    """What must still be decided before the file can be checked, as labels."""
    return [labels.label(name) for name in mapping.lacking(source.targets, numbered=bool(source.numbered))]


def _hold(source: Import) -> None:
    """Its row waits for nobody else in this transaction, and is as it stands now. Raises Hidden where it is gone."""
    try:
        source.refresh_from_db(from_queryset=Import.objects.select_for_update(of=("self",)))
    except Import.DoesNotExist:
        raise Hidden from None


def _must_be_draft(source: Import) -> None:
    if source.job_id is not None:
        raise Conflict(_("This import has begun already."))


def _begun_by(permit: Permit) -> dict[str, str]:
    """Which connection begins a job, where it is one."""
    return {running.MACHINE: permit.door.session} if permit.door.kind == "api" else {}


def _must_be_decided(source: Import) -> None:
    if files.stands(source.file) is not None:
        raise Invalid(_("The file has not arrived in full."))
    if source.guessed:
        raise Invalid(_("Guessed columns need your confirmation. Choose the columns, or accept the guess."))
    if mapping.lacking(source.targets, numbered=bool(source.numbered)) or mapping.twice(source.targets):
        raise Invalid(_("Decide the columns first."))


def _forget_check(source: Import) -> None:
    """What a former check found is no longer true."""
    if source.trial is not None:
        jobs.cancel(source.trial.pk)
    Finding.objects.filter(source=source).delete()
    source.trial = None
    if not source._state.adding:  # noqa: SLF001 - public by habit
        Import.objects.filter(pk=source.pk).update(trial=None)
