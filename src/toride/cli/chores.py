"""What the worker does again and again between jobs."""

from toride import audit
from toride.access.acting import door
from toride.customers.imports import drafts, keeping, services
from toride.jobs.running import Chore
from toride.vault import index, rotation
from toride.vault.keyring import Kind


def chores() -> list[Chore]:
    """Folding the index every minute; hourly, ending what time has ended: of imports, drafts, search terms."""
    return [
        Chore(60, index.compact),
        Chore(3600, services.purge),
        Chore(3600, keeping.end),
        Chore(3600, drafts.tidy),
        Chore(3600, end_terms),
    ]


def end_terms() -> int:
    """Destroys the months of search terms that nobody may read any more, each as an event first; says how many."""
    due = rotation.terms_due()
    for month in due:
        facts = {"generation": f"{Kind.TERMS}:{month}"}
        audit.note(None, door("system"), "keys:generation:destroy", facts=facts)
        rotation.end(Kind.TERMS, month)
    return len(due)
