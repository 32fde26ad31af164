"""Mail: each row leaves once, over TLS that is verified, to the address of now, told before it leaves."""

import os
import signal
import socket
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.conf import LazySettings
from hypothesis import given
from hypothesis import strategies as st

from tests.kit import told
from tests.mailing import Box, mail_server, silent
from tests.people import House
from tests.racing import race
from toride.access.models import Person
from toride.base import clock, config, smtp
from toride.base.config import MAIL_ADDRESS, MailServer
from toride.base.errors import ConfigurationError, Invalid, Unavailable
from toride.base.ids import ordered_id
from toride.disclosure import mail
from toride.disclosure.actions import Action
from toride.jobs.models import Mail
from toride.vault import persons
from toride.work import today

pytestmark = pytest.mark.requirement("S2")
State = Mail.State
CONTENT = {
    "language": "ja", "title": "対応待ちが2件あります", "lines": [["承認待ちの申請：2件", "/approvals/"]], "foot": "自動送信です。",
}  # fmt: skip


@pytest.fixture
def box(tmp_path: Path, settings: LazySettings) -> Iterator[Box]:
    with mail_server(tmp_path / "ca") as (found, server, trusted):
        settings.MAIL, settings.MAIL_CA = server, trusted
        settings.MAIL_FROM, settings.PUBLIC_URL = "toride@bank.example", "https://crm.bank.example/"
        yield found


def addressed(person: Person, email: str = "hasegawa@bank.example") -> Person:
    Person.objects.filter(pk=person.pk).update(email=email)
    return person


def waiting(person: Person, **change: Any) -> Mail:
    number, now = ordered_id(), clock.now()
    row = Mail(pk=number, person=person.pk, kind="work.digest", created=now, due=now)
    row.blob = persons.seal_for(person.pk, mail.use(row), CONTENT | change)
    row.save(force_insert=True)
    return row


def later(minutes: float) -> None:
    Mail.objects.update(due=clock.now() - timedelta(seconds=1))
    Mail.objects.exclude(left=None).update(left=clock.now() - timedelta(minutes=minutes))


def outcomes() -> list[tuple[str, str]]:
    found = sorted(told(Action.MAIL_SEND), key=lambda one: one.at)
    return [(one.outcome, one.reason) for one in found]


def test_it_arrives_once_as_text_and_html_with_links_and_is_told_before(house: House, box: Box) -> None:
    row = waiting(addressed(house.teller))
    assert "対応待ち".encode() not in bytes(row.blob)
    assert mail.send_due() == 1
    assert mail.send_due() == 0
    (message,) = box.mails
    assert (message["To"], message["From"]) == ("hasegawa@bank.example", "toride@bank.example")
    assert message["Subject"] == CONTENT["title"]
    assert (message["Auto-Submitted"], message["Message-ID"]) == ("auto-generated", f"<{row.pk.hex}@bank.example>")
    for kind in ("plain", "html"):
        body = message.get_body((kind,)).get_content()
        assert "https://crm.bank.example/approvals/" in body
        assert "承認待ちの申請：2件" in body
    assert outcomes() == [("ok", "")]
    assert told(Action.MAIL_SEND)[0].facts == {
        "mail": str(row.pk),
        "person": str(house.teller.pk),
        "kind": "work.digest",
        "attempt": 1,
    }
    assert Mail.objects.get().state == State.ACCEPTED


def test_the_event_is_written_before_it_leaves(stores: None, box: Box) -> None:
    seen: list[int] = []
    house = House()
    waiting(addressed(house.teller))

    def look() -> None:
        from django.db import connections

        seen.append(len(told(Action.MAIL_SEND)))
        connections.close_all()

    box.on_data = look
    assert mail.send_due() == 1
    assert seen == [1]


def test_it_goes_to_the_address_of_the_moment_it_leaves(house: House, box: Box) -> None:
    waiting(addressed(house.teller))
    addressed(house.teller, "yumi@bank.example")
    assert mail.send_due() == 1
    assert box.taken[0].rcpt_tos == ["yumi@bank.example"]


@pytest.mark.parametrize("email", ["", "a@b.example\r\nBcc: thief@evil.example", "a@b.example\nRCPT TO:<x@evil.example>",
                                   "a b@c.example", "<a@b.example>", "a@b.example,x@evil.example", "長谷川@b.example"])  # fmt: skip
def test_what_is_no_address_gets_no_mail(house: House, box: Box, email: str) -> None:
    waiting(addressed(house.teller, email))
    assert mail.send_due() == 0
    assert box.taken == []
    assert outcomes() == [("ok", ""), ("failed", "address")]
    assert Mail.objects.get().state == State.GIVEN_UP


@given(st.text(max_size=40).map(lambda text: text + "@evil.example"))
def test_no_address_ends_a_command(text: str) -> None:
    assert MAIL_ADDRESS.fullmatch(text) is None or not set(text) & set('\r\n \t<>,;:"\\()[]\0')


def test_who_works_here_no_more_gets_none(house: House, box: Box) -> None:
    waiting(addressed(house.teller))
    Person.objects.filter(pk=house.teller.pk).update(is_active=False)
    assert mail.send_due() == 0
    assert (box.taken, Mail.objects.get().state) == ([], State.GIVEN_UP)


@pytest.mark.parametrize(
    "text", ["one\r\nBcc: thief@evil.example", "two\nX-Evil: 1", "three\r\n\r\n<script>alert(1)</script>"]
)
def test_nothing_that_is_said_becomes_a_header_or_markup(house: House, box: Box, text: str) -> None:
    waiting(addressed(house.teller), title=text, lines=[[text, "/approvals/"]])
    assert mail.send_due() == 1
    (message,) = box.mails
    assert message["Bcc"] is message["X-Evil"] is None
    assert box.taken[0].rcpt_tos == ["hasegawa@bank.example"]
    assert "<script" not in message.get_body(("html",)).get_content()


def test_a_line_with_a_dot_ends_no_mail(tmp_path: Path) -> None:
    said = b"Subject: x\r\n\r\none\n.\nRCPT TO:<thief@evil.example>\r\n..\r.\r\n"
    with mail_server(tmp_path, scheme="smtp") as (box, server, _trusted):
        smtp.send(server, sender="toride@bank.example", recipient="a@bank.example", message=said)
        (found,) = box.taken
    assert found.rcpt_tos == ["a@bank.example"]
    assert found.content == b"Subject: x\r\n\r\none\r\n.\r\nRCPT TO:<thief@evil.example>\r\n..\r\n.\r\n"


def test_another_persons_content_never_leaves(house: House, box: Box) -> None:
    row = waiting(addressed(house.teller))
    addressed(house.sales, "saeki@bank.example")
    Mail.objects.filter(pk=row.pk).update(person=house.sales.pk)
    assert mail.send_due() == 0
    assert box.taken == []
    assert outcomes()[-1] == ("failed", "altered")


@pytest.mark.parametrize(("refused", "state"), [("550 No such user", State.GIVEN_UP), ("451 Try again", State.WAITING)])
def test_a_lasting_refusal_gives_up_and_one_of_now_waits(house: House, box: Box, refused: str, state: State) -> None:
    waiting(addressed(house.teller))
    box.refused = refused
    assert mail.send_due() == 0
    assert Mail.objects.get().state == state
    box.refused = ""
    later(0)
    assert mail.send_due() == (state == State.WAITING)


def test_it_waits_longer_each_time_and_gives_up(house: House, box: Box) -> None:
    waiting(addressed(house.teller))
    box.refused = "451 Try again"
    waits = []
    for _again in mail.AGAIN:
        assert mail.send_due() == 0
        waits.append(Mail.objects.get().due - clock.now())
        assert mail.send_due() == 0
        later(0)
    assert waits == sorted(waits)
    assert Mail.objects.get().attempts == len(mail.AGAIN)
    assert mail.send_due() == 0
    assert Mail.objects.get().state == State.GIVEN_UP
    assert outcomes()[-1] == ("failed", "unreachable")


def test_a_server_that_takes_all_and_hangs_up_is_told_as_such_and_nothing_is_sent_twice(house: House, box: Box) -> None:
    waiting(addressed(house.teller))
    box.answer = "drop"
    assert mail.send_due() == 0
    assert len(box.taken) == 1
    later(60)
    assert mail.send_due() == mail.settle() == 0
    assert (len(box.taken), Mail.objects.get().state) == (1, State.UNCERTAIN)
    assert outcomes() == [("ok", ""), ("failed", "unanswered")]


def test_two_workers_at_once_send_each_row_once(stores: None, box: Box) -> None:
    house = House()
    for _count in range(6):
        waiting(addressed(house.teller))

    def work(_one: int, begin: Any) -> None:
        begin()
        mail.send_due()

    assert race(work, range(3)) == ["done"] * 3
    while mail.send_due():
        pass
    numbers = [message["Message-ID"] for message in box.mails]
    assert len(numbers) == len(set(numbers)) == 6
    assert set(Mail.objects.values_list("state", flat=True)) == {State.ACCEPTED}


def test_a_worker_that_is_killed_between_sending_and_noting_it_is_told(stores: None, box: Box) -> None:
    """Its child has its own process, and dies by a signal after the server has all of it."""
    house = House()
    waiting(addressed(house.teller))
    from django.db import connections

    connections.close_all()
    arrived, gone = threading.Event(), threading.Event()
    box.on_data = lambda: (arrived.set(), gone.wait(60))
    child = os.fork()
    if child == 0:
        try:
            mail.send_due()
        finally:
            os._exit(0)
    assert arrived.wait(60)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    gone.set()
    assert mail.send_due() == mail.settle() == 0
    assert Mail.objects.get().state == State.LEAVING
    later(10)
    assert (mail.settle(), mail.send_due(), mail.settle()) == (1, 0, 0)
    assert (len(box.taken), Mail.objects.get().state) == (1, State.UNCERTAIN)
    assert outcomes()[-1] == ("failed", "lost")


def deliver(server: MailServer, trusted: str | None = None) -> None:
    smtp.send(
        server,
        sender="toride@bank.example",
        recipient="a@bank.example",
        message=b"Subject: x\r\n\r\ny\r\n",
        trusted=trusted,
    )


@pytest.mark.parametrize("scheme", ["smtp+tls", "smtps", "smtp"])
def test_each_way_of_encrypting_works(tmp_path: Path, scheme: str) -> None:
    with mail_server(tmp_path, scheme=scheme) as (box, server, trusted):
        deliver(server, trusted)
        smtp.check(server, sender="toride@bank.example", trusted=trusted)
        assert len(box.taken) == 1


@pytest.mark.parametrize("scheme", ["smtp+tls", "smtps"])
def test_a_certificate_of_another_name_or_of_nobody_known_gets_nothing(tmp_path: Path, scheme: str) -> None:
    with mail_server(tmp_path / "a", scheme=scheme) as (box, server, _trusted), pytest.raises(Unavailable):
        deliver(server)
    with mail_server(tmp_path / "b", host="mail.other.example", scheme=scheme) as (other, server, trusted):
        with pytest.raises(Unavailable):
            deliver(server, trusted)
        assert (box.taken, other.taken) == ([], [])


def test_no_tls_offered_no_password_and_no_mail(tmp_path: Path) -> None:
    with mail_server(tmp_path, scheme="smtp") as (box, server, trusted):
        with pytest.raises(Unavailable):
            deliver(MailServer("smtp+tls", "localhost", server.port, "toride", "secret"), trusted)
        assert box.taken == []


def test_a_wrong_password_and_a_closed_door_wait(tmp_path: Path) -> None:
    with mail_server(tmp_path) as (box, server, trusted):
        with pytest.raises(Unavailable):
            deliver(MailServer(server.scheme, server.host, server.port, "toride", "wrong"), trusted)
        assert box.taken == []
    with socket.create_server(("127.0.0.1", 0)) as one:
        port = one.getsockname()[1]
    with pytest.raises(Unavailable):
        deliver(MailServer("smtp", "127.0.0.1", port))


def test_a_server_that_says_nothing_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smtp, "SECONDS", 0.2)
    with silent() as port, pytest.raises(Unavailable):
        deliver(MailServer("smtp", "localhost", port))


@pytest.mark.parametrize(("scheme", "host"), [("smtp", "192.0.2.7"), ("smtps", "169.254.169.254"), ("smtps", "224.0.0.1"),
                                              ("smtps", "0.0.0.0"), ("smtp+tls", "::ffff:169.254.169.254"), ("smtps", "fe80::1")])  # fmt: skip
def test_addresses_that_are_no_mail_servers_are_not_called(scheme: str, host: str) -> None:
    with pytest.raises(Invalid):
        deliver(MailServer(scheme, host, 25))


@pytest.mark.parametrize("value", ["http://a.example", "smtp://mail.example:25", "smtps://", "smtp+tls://user@mail.example", "smtps://a b",
                                   "smtps://a.example/x", "smtps://a.example:0", "smtps://a.example:99999", "smtps://a.example?x"])  # fmt: skip
def test_what_is_no_mail_server_stops_the_start(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("TORIDE_MAIL_URL", value)
    with pytest.raises(ConfigurationError) as caught:
        config.mail_server("TORIDE_MAIL_URL")
    assert "TORIDE_MAIL_URL" in str(caught.value)


def test_a_mail_server_is_read_with_its_password_which_is_never_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TORIDE_MAIL_URL", "smtp+tls://user:p%40ss%3Aword@mail.bank.example")
    found = config.mail_server("TORIDE_MAIL_URL")
    assert found == MailServer("smtp+tls", "mail.bank.example", 587, "user", "p@ss:word")
    assert "p@ss" not in repr(found)


def test_nothing_leaves_without_a_server_and_what_ended_goes(house: House, settings: LazySettings) -> None:
    settings.MAIL = None
    row = waiting(addressed(house.teller))
    assert mail.send_due() == 0
    Mail.objects.filter(pk=row.pk).update(state=State.ACCEPTED, created=clock.now() - mail.KEPT * 2)
    Mail.objects.create(person=uuid4(), kind="x", blob=b"", created=clock.now() - mail.KEPT * 2, due=clock.now())
    assert mail.forget() == 1


def test_where_the_server_is_away_one_finds_out_for_all(house: House, box: Box) -> None:
    for _count in range(3):
        waiting(addressed(house.teller))
    box.refused = "451 Try again"
    assert mail.send_due() == 0
    assert sorted(Mail.objects.values_list("attempts", flat=True)) == [0, 0, 1]
    box.refused = ""
    assert mail.send_due() == 2


def test_whose_address_is_none_waits_for_whoever_looks_after_people(house: House, box: Box) -> None:
    waiting(addressed(house.teller, ""))
    assert mail.send_due() == 0
    (one,) = today.of(house.admin)
    assert one.kind == "mail-undelivered"
    assert str(house.teller.pk) in one.address
    assert today.of(house.dpo) == []
