"""Second factors: enrolled, asked for, used once; sealed, so that a copy of the disk gives none."""

from datetime import timedelta

import pytest
from click.testing import CliRunner
from django.conf import settings
from django.test import Client

from tests.kit import events
from tests.people import House
from toride.access import commands
from toride.access.models import Factor, Person
from toride.access.signin import factors, locks, onetime, passkeys, steps
from toride.access.tests.signing import PASSWORD, codes_on, enrol, now_code, secret_on, sign_in
from toride.base import clock
from toride.base.errors import Invalid, Refused
from toride.vault import persons
from toride.vault.aead import Unopenable

pytestmark = pytest.mark.requirement("A6")
BENT = (
    '{"id": "AA", "rawId": "AA", "type": "public-key", "clientExtensionResults": {}, "response": {"clientDataJSON": "e30",'
    ' "attestationObject": "oA", "authenticatorData": "AA", "signature": "AA"}}'
)


@pytest.fixture
def front(house: House) -> Client:
    house.teller.set_password(PASSWORD)
    house.teller.save()
    return Client()


@pytest.mark.parametrize(
    ("moment", "code"),
    [(59, "287082"), (1111111109, "081804"), (1111111111, "050471"), (1234567890, "005924"), (20000000000, "353130")],
)
def test_codes_are_those_of_the_standard(moment: int, code: str) -> None:
    import base64

    assert onetime.code(base64.b32encode(b"12345678901234567890").decode(), moment // 30) == code


def test_an_app_is_enrolled_and_then_asked_for(front: Client) -> None:
    sign_in(front, "hasegawa")
    secret, codes = enrol(front)
    assert len(set(codes)) == onetime.CODES
    event = events()[0]
    assert (event.action, event.outcome, event.facts) == (
        "access:factor:enrol", "ok", {"factor": "totp", "codes": 10},
    )  # fmt: skip
    other = Client()
    answer = sign_in(other, "hasegawa")
    assert (answer.status_code, answer.url) == (302, "/sign-in/second/")
    assert other.get("/").url.startswith("/sign-in/")
    assert other.get("/customers/").status_code == 302
    assert other.post("/sign-in/second/", {"code": "000000"}).status_code == 422
    assert (events()[0].action, events()[0].outcome) == ("auth:factor:use", "refused")
    assert other.post("/sign-in/second/", {"code": now_code(secret)}).status_code == 302
    assert [one.action for one in events(2)] == ["auth:session:open", "auth:factor:use"]
    assert other.get("/").status_code == 200
    everything = "".join(str(one) for one in events(20))
    assert secret not in everything
    assert not any(code in everything for code in codes)


def test_a_code_is_not_accepted_twice(front: Client) -> None:
    sign_in(front, "hasegawa")
    secret, _ = enrol(front)
    code = now_code(secret)
    for first, status in ((Client(), 302), (Client(), 422)):
        sign_in(first, "hasegawa")
        assert first.post("/sign-in/second/", {"code": code}).status_code == status
    older = Client()
    sign_in(older, "hasegawa")
    assert older.post("/sign-in/second/", {"code": now_code(secret, -1)}).status_code == 422


def test_a_recovery_code_is_good_once_however_it_is_typed(front: Client) -> None:
    sign_in(front, "hasegawa")
    _, codes = enrol(front)
    typed = codes[0].lower().replace("-", " ")
    for status in (302, 422):
        client = Client()
        sign_in(client, "hasegawa")
        assert client.post("/sign-in/second/", {"code": typed}).status_code == status
    assert factors.codes_left(Factor.objects.first().person_id) == 9


def test_codes_are_shown_in_one_answer_and_kept_nowhere(front: Client) -> None:
    sign_in(front, "hasegawa")
    _, codes = enrol(front)
    pages = [front.get(path).content.decode() for path in ("/me/", "/me/factor/", "/me/factor/app/")]
    assert not any(code in page for code in codes for page in pages)
    again = front.post("/me/factor/codes/").content.decode()
    renewed = codes_on(again)
    assert len(renewed) == 10
    assert not set(renewed) & set(codes)
    client = Client()
    sign_in(client, "hasegawa")
    assert client.post("/sign-in/second/", {"code": codes[0]}).status_code == 422


def test_the_second_step_is_not_there_without_the_first(front: Client) -> None:
    for client in (Client(), front):
        assert client.get("/sign-in/second/").url == "/sign-in/"
        assert client.post("/sign-in/second/", {"code": "123456"}).url == "/sign-in/"
    for path in ("/me/", "/me/factor/", "/me/factor/app/", "/me/factor/passkey/", "/me/password/"):
        assert Client().get(path).url.startswith("/sign-in/")


def test_guessing_codes_is_stopped_though_the_password_is_right(front: Client) -> None:
    """Each new sign-in with the right password does not give five new guesses."""
    sign_in(front, "hasegawa")
    secret, _ = enrol(front)
    for _ in range(locks.FREE["factor"]):
        client = Client()
        sign_in(client, "hasegawa")
        client.post("/sign-in/second/", {"code": "000000"})
    client = Client()
    sign_in(client, "hasegawa")
    assert client.post("/sign-in/second/", {"code": now_code(secret)}).status_code == 422
    assert events()[0].reason == "locked"


def test_a_copy_of_the_disk_holds_no_secret(front: Client, house: House) -> None:
    """Neither enrolled nor on the way to it, in no table and no session."""
    from django.contrib.sessions.models import Session
    from django.core import signing

    sign_in(front, "hasegawa")
    pending = secret_on(front.get("/me/factor/app/").content.decode())
    kept = "".join(str(signing.b64_decode(one.session_data.split(":")[0].lstrip(".").encode())) for one in
                   Session.objects.all())  # fmt: skip
    assert pending not in kept
    assert pending not in str([front.session.items()])
    secret, codes = enrol(front)
    assert secret == pending
    for row in Factor.objects.all():
        blob = bytes(row.blob)
        assert secret.encode() not in blob
        assert not any(onetime.digest(code).encode() in blob for code in codes)


def test_a_factor_put_at_another_person_opens_nothing(front: Client, house: House) -> None:
    """Who can write into the data store cannot give an administrator a factor of their own."""
    sign_in(front, "hasegawa")
    secret, _ = enrol(front)
    Factor.objects.filter(kind="totp").update(person=house.admin.pk)
    with pytest.raises(Unopenable):
        factors.use_code(house.admin.pk, now_code(secret))
    with pytest.raises(Unopenable):
        persons.open_for(house.admin.pk, "x", persons.seal_for(house.teller.pk, "x", {}))


def test_a_wrong_code_enrols_nothing(house: House) -> None:
    with pytest.raises(Invalid):
        factors.enrol_app(house.permit(house.teller, "access:factor:enrol"), secret=onetime.new_secret(), typed="1")
    assert not Factor.objects.exists()


def test_another_persons_factor_cannot_be_removed(front: Client, house: House) -> None:
    sign_in(front, "hasegawa")
    enrol(front)
    factor = Factor.objects.get(kind="totp")
    thief = Client()
    house.other_teller.set_password(PASSWORD)
    house.other_teller.save()
    sign_in(thief, "shoji")
    assert thief.post(f"/me/factor/{factor.pk}/remove/").status_code == 404
    assert Factor.objects.filter(kind="totp").exists()
    assert front.post(f"/me/factor/{factor.pk}/remove/").status_code == 302
    assert not Factor.objects.exists()
    assert events()[0].facts == {"factor": "totp"}


def test_the_command_line_is_no_way_around(front: Client, house: House) -> None:
    """A token asks for what the browser asks for: both factors, counted attempts, nothing that is still owed."""
    sign_in(front, "hasegawa")
    secret, codes = enrol(front)
    assert steps.obstacle(house.teller, PASSWORD, "000000") == "credentials"
    assert steps.obstacle(house.teller, "wrong", codes[0]) == "credentials"
    code = now_code(secret)
    assert steps.obstacle(house.teller, PASSWORD, code) == ""
    assert steps.obstacle(house.teller, PASSWORD, code) == "credentials"
    assert steps.obstacle(house.teller, PASSWORD, codes[1]) == ""
    for _ in range(5):
        steps.obstacle(house.teller, "wrong", "000000")
    assert steps.obstacle(house.teller, PASSWORD, codes[2]) == "locked"
    house.admin.set_password(PASSWORD)
    house.admin.save()
    assert steps.obstacle(house.admin, PASSWORD, None) == ""
    Person.objects.filter(pk=house.admin.pk).update(created=clock.now() - timedelta(days=15))
    assert steps.obstacle(house.admin, PASSWORD, None) == "first"


def test_the_command_asks_for_the_code(front: Client, house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    sign_in(front, "hasegawa")
    secret, _ = enrol(front)
    monkeypatch.setenv("TORIDE_PASSWORD", PASSWORD)
    monkeypatch.setenv("TORIDE_CODE", "123")
    assert isinstance(CliRunner().invoke(commands.token, ["hasegawa"]).exception, Refused)
    monkeypatch.setenv("TORIDE_CODE", now_code(secret))
    told = CliRunner().invoke(commands.token, ["hasegawa"])
    assert told.output.startswith("toride_pt_")


@pytest.mark.parametrize(
    ("wanted", "led"), [("/customers/", "/customers/"), ("//evil.example/", "/"), ("https://evil.example/", "/")]
)
def test_the_second_step_leads_on_but_never_away(front: Client, wanted: str, led: str) -> None:
    sign_in(front, "hasegawa")
    secret, _ = enrol(front)
    client = Client()
    client.post(f"/sign-in/?next={wanted}", {"login": "hasegawa", "password": PASSWORD, "next": wanted})
    answer = client.post(f"/sign-in/second/?next={wanted}", {"code": now_code(secret), "next": wanted})
    assert (answer.status_code, answer.url) == (302, led)


def test_the_session_between_the_steps_is_not_the_one_after(front: Client) -> None:
    """Who plants a session before the second step holds nothing after it."""
    sign_in(front, "hasegawa")
    secret, _ = enrol(front)
    client, thief = Client(), Client()
    sign_in(client, "hasegawa")
    name = settings.SESSION_COOKIE_NAME
    thief.cookies[name] = between = client.cookies[name].value
    assert client.post("/sign-in/second/", {"code": now_code(secret)}).status_code == 302
    assert client.cookies[name].value != between
    assert client.get("/customers/").status_code == 200
    assert thief.get("/customers/").status_code == 302


def test_a_person_ended_between_the_steps_does_not_come_in(front: Client, house: House) -> None:
    sign_in(front, "hasegawa")
    secret, _ = enrol(front)
    client = Client()
    sign_in(client, "hasegawa")
    Person.objects.filter(pk=house.teller.pk).update(is_active=False)
    assert client.post("/sign-in/second/", {"code": now_code(secret)}).url == "/sign-in/"
    assert client.get("/customers/").status_code == 302


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example"])
def test_a_foreign_host_gets_no_question_for_a_passkey(front: Client, host: str) -> None:
    sign_in(front, "hasegawa")
    assert front.get("/me/factor/passkey/", headers={"host": host}).status_code == 400


@pytest.mark.parametrize(
    "answer", ["", "{}", "[]", "null", "x" * 20_000, '{"id": 1, "rawId": "AA", "response": {}}', BENT]
)
def test_what_is_no_answer_of_a_passkey_enrols_nothing(front: Client, answer: str) -> None:
    sign_in(front, "hasegawa")
    front.get("/me/factor/passkey/")
    posted = front.post("/me/factor/passkey/", {"name": "x", "key": answer})
    assert posted.status_code == 422
    request = posted.wsgi_request
    passkeys.ask(request, [])
    with pytest.raises(Invalid):
        passkeys.answered(request, answer, [])
    assert not Factor.objects.exists()
