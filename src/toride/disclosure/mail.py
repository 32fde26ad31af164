"""Mail to people who work here leaves: recorded first, once, later again where the server takes it later."""

import logging
import time
from collections.abc import Callable
from datetime import timedelta
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any

from django.conf import settings
from django.db import close_old_connections, transaction
from django.template.loader import render_to_string
from django.utils import translation

from toride import audit
from toride.access.models import Person
from toride.audit.events import SYSTEM, Event
from toride.base import clock, smtp
from toride.base.config import MAIL_ADDRESS, MailServer
from toride.base.errors import Invalid, Unavailable
from toride.disclosure import tasks
from toride.disclosure.actions import Action
from toride.jobs.models import Mail
from toride.vault import persons
from toride.vault.aead import Unopenable
from toride.work import items

PAUSE = 5.0  # seconds
TOGETHER = 20  # mails between two looks at whether to stop
LEASE = timedelta(minutes=5)  # an attempt that takes longer has lost its process
AGAIN = tuple(timedelta(minutes=one) for one in (1, 5, 30, 120, 360, 720, 1440))
KEPT = timedelta(days=30)
State = Mail.State
ENDS = {
    smtp.Rejected: (State.GIVEN_UP, "rejected"),
    smtp.Uncertain: (State.UNCERTAIN, "unanswered"),
    Unopenable: (State.GIVEN_UP, "altered"),
    Unavailable: (State.WAITING, ""),
    Invalid: (State.WAITING, ""),
}
OF_THE_PERSON = ("address", "rejected")  # what somebody mends who looks after people
log = logging.getLogger(__name__)


def run(stop: Callable[[], bool]) -> None:
    """Sends what is due until `stop()`, beside the worker's jobs."""
    while not stop():
        close_old_connections()
        try:
            settle()
            send_due()
        except Exception as error:  # noqa: BLE001 - one failure must not end it
            log.warning("mail: %s", type(error).__name__)
        time.sleep(PAUSE)


def send_due() -> int:
    """Sends at most TOGETHER mails that are due; how many the server took. Nothing without a server."""
    server = settings.MAIL
    if server is None:
        return 0
    due = Mail.objects.filter(state=State.WAITING, due__lte=clock.now()).order_by("due")[:TOGETHER]
    sent = 0
    for row in due:
        became = _send(server, row)
        sent += became == State.ACCEPTED
        if became == State.WAITING:
            break  # the server may be away: the next one would take as long to find out
    return sent


def settle() -> int:
    """Tells of attempts whose process ended in them: nobody knows whether they arrived, so none is repeated."""
    lost = Mail.objects.filter(state=State.LEAVING, left__lt=clock.now() - LEASE)
    return sum(_end(row, State.UNCERTAIN, "lost") for row in lost)


def forget() -> int:
    """Drops what has ended KEPT ago; how many. A chore."""
    ended = Mail.objects.exclude(state__in=(State.WAITING, State.LEAVING))
    return ended.filter(created__lt=clock.now() - KEPT).delete()[0]


def _send(server: MailServer, row: Mail) -> State | None:
    """One attempt, an event before it leaves; what became of the mail, None where another worker was first."""
    if not _taken(row):
        return None
    became, reason = _attempted(server, row)
    if became == State.WAITING:
        return _later(row)
    _end(row, became, reason)
    return became


def _attempted(server: MailServer, row: Mail) -> tuple[State, str]:
    """What became of it, and why where it did not arrive."""
    person = Person.objects.filter(pk=row.person, is_active=True).first()
    if person is None or not MAIL_ADDRESS.fullmatch(person.email):
        return State.GIVEN_UP, "address"
    try:
        message = composed(row, person.email).as_bytes()
        smtp.send(
            server, sender=settings.MAIL_FROM, recipient=person.email, message=message, trusted=settings.MAIL_CA
        )  # fmt: skip
    except (smtp.Rejected, smtp.Uncertain, Unopenable, Unavailable, Invalid) as error:
        return next(end for kind, end in ENDS.items() if isinstance(error, kind))
    return State.ACCEPTED, ""


def _taken(row: Mail) -> bool:
    """Takes it for one attempt, with its event; False where another worker was first."""
    with transaction.atomic():
        mine = Mail.objects.filter(pk=row.pk, state=State.WAITING, attempts=row.attempts)
        if not mine.update(state=State.LEAVING, attempts=row.attempts + 1, left=clock.now()):
            return False
        row.attempts += 1
        audit.stage([_event(row)])
    return True


def _later(row: Mail) -> State:
    """Waits for the next attempt, or gives up after the last."""
    if row.attempts > len(AGAIN):
        _end(row, State.GIVEN_UP, "unreachable")
        return State.GIVEN_UP
    due = clock.now() + AGAIN[row.attempts - 1]
    Mail.objects.filter(pk=row.pk, state=State.LEAVING).update(state=State.WAITING, due=due)
    return State.WAITING


def _end(row: Mail, state: State, reason: str) -> bool:
    """It leaves no more, with an event where it did not arrive; False where another one said so first."""
    with transaction.atomic():
        if not Mail.objects.filter(pk=row.pk, state=State.LEAVING).update(state=state):
            return False
        if reason:
            audit.stage([_event(row, outcome="failed", reason=reason)])
        if reason in OF_THE_PERSON:
            items.open_item(tasks.MAIL_UNDELIVERED, about=row.person)
    return True


def _event(row: Mail, *, outcome: str = "ok", reason: str = "") -> Event:
    facts = {"mail": str(row.pk), "person": str(row.person), "kind": row.kind, "attempt": row.attempts}
    return Event(action=Action.MAIL_SEND, door=SYSTEM, outcome=outcome, reason=reason, facts=facts)


def composed(row: Mail, recipient: str) -> EmailMessage:
    """The mail as it leaves, as text and as HTML. Raises Unopenable for one that was altered, or is another's."""
    content: dict[str, Any] = persons.open_for(row.person, use(row), bytes(row.blob))
    message = EmailMessage(policy=SMTP)
    message["Subject"] = " ".join(str(content["title"]).split())
    message["From"], message["To"] = settings.MAIL_FROM, recipient
    message["Date"] = row.created
    message["Message-ID"] = f"<{row.pk.hex}@{settings.MAIL_FROM.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody answers it by itself
    base = settings.PUBLIC_URL.rstrip("/")
    with translation.override(content["language"]):
        context = content | {"lines": [(text, base + path) for text, path in content["lines"]], "home": f"{base}/"}
        context["institution"] = settings.INSTITUTION
        html = render_to_string("disclosure/mail.html", context)
    lines = [f"{text}\n{address}" for text, address in context["lines"]]
    message.set_content("\n\n".join([content["title"], *lines, content["foot"]]) + "\n")
    message.add_alternative(html, subtype="html")
    return message


def use(row: Mail) -> str:
    """What its content is sealed for: this mail and no other."""
    return f"mail:{row.pk}"
