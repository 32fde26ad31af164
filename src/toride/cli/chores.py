"""What the worker does again and again between jobs."""

from toride import audit
from toride.access.approvals import requests
from toride.access.command_line import door
from toride.access.exceptions import emergencies
from toride.access.reviews import escalation
from toride.api import idempotency
from toride.customers.imports import drafts, keeping, services
from toride.disclosure import mail, sending
from toride.jobs.running import Chore
from toride.vault import index, rotation
from toride.vault.keyring import Kind
from toride.work import notices


def chores() -> list[Chore]:
    """Every minute the index, approvals, emergencies, reviews and work; hourly, ending what time has ended."""
    return [
        Chore(60, index.compact),
        Chore(60, requests.expire),
        Chore(60, emergencies.escalate),
        Chore(60, escalation.escalate),
        Chore(60, notices.tick),
        Chore(3600, notices.forget),
        Chore(3600, services.purge),
        Chore(3600, keeping.end),
        Chore(3600, drafts.tidy),
        Chore(3600, end_terms),
        Chore(3600, idempotency.forget),
        Chore(3600, sending.forget),
        Chore(3600, mail.forget),
    ]


def end_terms() -> int:
    """Destroys the months of search terms that nobody may read any more, each as an event first; says how many."""
    due = rotation.terms_due()
    for month in due:
        facts = {"generation": f"{Kind.TERMS}:{month}"}
        audit.note(None, door("system"), "keys:generation:destroy", facts=facts)
        rotation.end(Kind.TERMS, month)
    return len(due)
