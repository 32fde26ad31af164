"""Whom a provider vouches for is here what two people agreed upon: duties, limits, second factor, or nobody."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from tests.authenticator import Authenticator
from tests.kit import approve, events, fresh
from tests.people import House, become, set_rules
from tests.providers.spoken import Said, back, begun, entered, is_in, provider
from toride.access import integrity
from toride.access.models import Bond, Person
from toride.access.signin import factors, locks, proof, recovery, reset
from toride.access.signin.passkeys import Passkey
from toride.access.sso.config import Mapped
from toride.access.sso.tests.events import now, reason
from toride.access.tests.signing import PASSWORD, enrol, now_code, sign_in
from toride.base import clock
from toride.base.errors import Conflict

pytestmark = pytest.mark.requirement("A6", "A7")
TELLERS, HEADS = Mapped("tellers", "teller"), Mapped("heads", "manager", 6)


def accepted() -> object:
    return next(one for one in events(4) if one.action == "auth:sign-on:accept")


def test_disabled_and_unknown_get_the_same_answer(house: House, said: Said) -> None:
    found = provider(said)
    Person.objects.filter(pk=house.sales.pk).update(is_active=False)
    pages = []
    for name in ("saeki", "nobody", "Hasegawa"):
        said.claims = {"preferred_username": name, "sub": name}
        answer = entered(client := Client(), found, said)
        assert (answer.status_code, is_in(client)) == (403, False)
        pages.append((answer.content, dict(answer.headers)))
    assert pages[0] == pages[1] == pages[2]
    assert [one.reason for one in events(3)] == ["sign-on:unknown", "sign-on:unknown", "sign-on:inactive"]
    assert all(one.actor is None for one in events(3))
    assert not Person.objects.filter(username="nobody").exists()


def test_name_that_was_given_to_somebody_else_opens_nothing(house: House, said: Said) -> None:
    """The provider's own id of a person stays; a sign-in name may pass to another, and so may a mail address."""
    found = provider(said)
    entered(Client(), found, said)
    said.claims = {"sub": "id-of-somebody-new"}
    entered(client := Client(), found, said)
    assert not is_in(client)
    assert reason() == "sign-on:somebody else"
    said.claims = {"preferred_username": "hayasaka"}  # the same account, renamed to the administrator's name
    entered(client, found, said)
    assert not is_in(client)
    assert Bond.objects.get().person_id == house.teller.id


def test_mail_address_counts_only_when_the_provider_verified_it(house: House, said: Said) -> None:
    found = provider(said, claim="email")
    Person.objects.filter(pk=house.teller.pk).update(username="yumi@example.jp")
    for verified in (None, False, "true"):
        said.claims = {"email": "yumi@example.jp", "email_verified": verified}
        entered(client := Client(), found, said)
        assert not is_in(client), verified
    said.claims["email_verified"] = True
    entered(client := Client(), found, said)
    assert is_in(client)


def test_groups_give_and_take_the_duties_that_were_mapped_and_no_other(house: House, said: Said) -> None:
    found = provider(said, groups="groups", mapped=(TELLERS, HEADS))
    become(house.teller, roles=["corporate"], rank=2)

    def after(groups: object, **more: object) -> tuple[list[str], int]:
        said.claims = {"groups": groups, "roles": ["admin"], "rank": 9, **more}
        entered(Client(), found, said)
        house.teller.refresh_from_db()
        return house.teller.roles, house.teller.rank

    assert after(["heads", "admin", "dpo"]) == (["corporate", "manager"], 6)
    assert accepted().facts["before"] == {"roles": ["corporate"], "rank": 2}
    assert accepted().facts["after"] == {"roles": ["corporate", "manager"], "rank": 6}
    assert after("tellers") == (["corporate", "teller"], 1)
    assert after(None) == (["corporate"], 1)
    assert after([["heads"], 6, None]) == (["corporate"], 1)


def test_groups_make_no_altered_place_good(house: House, said: Said) -> None:
    """Duties written into the database let nobody in, and do not become agreed upon with what a group gives."""
    found = provider(said, groups="groups", mapped=(TELLERS, HEADS))
    Person.objects.filter(pk=house.teller.pk).update(roles=["corporate", "admin"])
    said.claims = {"groups": [TELLERS.group]}
    entered(client := Client(), found, said)
    assert not is_in(client)
    house.teller.refresh_from_db()
    assert house.teller.roles == ["corporate", "admin"]
    assert not integrity.is_place(house.teller)


def test_rank_stays_where_no_group_is_mapped_to_one(house: House, said: Said) -> None:
    found = provider(said, groups="groups", mapped=(TELLERS,))
    said.claims = {"groups": ["tellers"], "rank": 9}
    entered(Client(), found, said)
    house.teller.refresh_from_db()
    assert (house.teller.roles, house.teller.rank) == (["teller"], 2)


def test_duties_that_clash_let_nobody_in_and_change_nothing(house: House, said: Said) -> None:
    found = provider(said, groups="groups", mapped=(Mapped("a", "admin"), Mapped("b", "auditor")))
    said.claims = {"groups": ["a", "b"]}
    entered(client := Client(), found, said)
    assert not is_in(client)
    assert reason() == "sign-on:duties"
    house.teller.refresh_from_db()
    assert house.teller.roles == ["teller"]
    assert not Bond.objects.exists()


def test_too_many_groups_are_refused(house: House, said: Said) -> None:
    found = provider(said, groups="groups", mapped=(TELLERS,))
    said.claims = {"groups": [f"g{number}" for number in range(1_001)]}
    entered(client := Client(), found, said)
    assert not is_in(client)


def test_nobody_joins_unless_it_was_agreed_upon_and_never_without_a_duty(house: House, said: Said) -> None:
    new = {"preferred_username": "kuroki", "sub": "k", "name": "黒木 遥", "groups": ["tellers"]}
    shut = provider(said, groups="groups", mapped=(TELLERS,))
    open_ = provider(said, groups="groups", mapped=(TELLERS, HEADS), branch="002")
    for found, claims in ((shut, new), (open_, new | {"groups": ["others"]}), (open_, new | {"groups": None}),
                          (open_, new | {"preferred_username": "../etc"}), (open_, new | {"preferred_username": "黒\n木"})):  # fmt: skip
        said.claims = claims
        entered(client := Client(), found, said)
        assert not is_in(client), claims
    assert not Person.objects.filter(name="黒木 遥").exists()
    said.claims = new
    entered(client := Client(), open_, said)
    assert is_in(client)
    made = Person.objects.get(username="kuroki")
    assert (made.roles, made.rank, made.branch_id, made.has_usable_password()) == (["teller"], 1, "002", False)
    assert accepted().facts["joined"] is True


def test_second_factor_is_asked_for_unless_the_provider_vouches(house: House, said: Said) -> None:
    secret, _codes = enrol(fresh(house.teller))
    found = provider(said, vouching=("mfa", "urn:strong"), own=("steward",))
    for claims in ({}, {"amr": ["pwd"]}, {"amr": "mfa"}, {"acr": "0"}):
        said.claims = claims
        answer = entered(client := Client(), found, said)
        assert answer.url == "/sign-in/second/", claims
        assert not is_in(client)
    client.post("/sign-in/second/", {"code": now_code(secret)})
    assert is_in(client)
    for claims in ({"amr": ["pwd", "mfa"]}, {"acr": "urn:strong"}):
        said.claims = claims
        entered(client := Client(), found, said)
        assert is_in(client)
        assert accepted().facts["factor"] == "provider"


def test_duty_that_needs_our_own_is_never_vouched_for(house: House, said: Said) -> None:
    enrol(fresh(house.steward))
    found = provider(said, vouching=("mfa",), own=("steward",))
    said.claims = {"amr": ["mfa"], "preferred_username": "konno", "sub": "k"}
    client = Client()
    assert entered(client, found, said).url == "/sign-in/second/"
    assert not is_in(client)


def test_duty_that_needs_a_factor_leads_to_enrolling_one_when_nobody_vouches(house: House, said: Said) -> None:
    """Without a password, too: it stands beside the provider then."""
    Person.objects.filter(pk=house.steward.pk).update(created=clock.now() - timedelta(days=30))
    found = provider(said, vouching=("mfa",), own=())
    said.claims = {"preferred_username": "konno", "sub": "k"}
    entered(client := Client(), found, said)
    assert client.get("/customers/").url == "/me/factor/"
    said.claims["amr"] = ["mfa"]
    entered(client := Client(), found, said)
    assert client.get("/customers/").status_code == 200


def test_half_a_sign_in_through_a_provider_is_none_with_a_password(house: House, said: Said) -> None:
    """What a provider vouched for belongs to that sign-in and no later one in the same browser."""
    person = house.steward
    person.set_password(PASSWORD)
    person.save()
    enrol(fresh(person))
    found = provider(said, vouching=("mfa",), own=())
    client = Client()
    said.claims = {"preferred_username": "konno", "sub": "k", "amr": ["mfa"]}
    entered(client, found, said)
    assert client.session["sign_on"]["vouched"] is True
    client.post("/sign-out/")
    assert sign_in(client, "konno").url == "/sign-in/second/"
    assert "sign_on" not in client.session


def test_limits_of_a_duty_hold_whoever_vouches(house: House, said: Said) -> None:
    from toride.access.signin import rules

    text = rules.orjson.dumps(rules.asdict(rules.replace(
        rules.Rules(), duties={"teller": rules.Duty(networks=("10.0.0.0/8",), idle=5)}))).decode()  # fmt: skip
    set_rules(text)
    found = provider(said)
    client = Client()
    assert entered(client, found, said).status_code == 403
    assert not is_in(client)
    assert events()[0].reason == "network"
    set_rules(text.replace("10.0.0.0/8", "127.0.0.0/8"))
    entered(client, found, said)
    assert is_in(client)
    session = client.session
    session["seen"] -= 6 * 60
    session.save()
    assert not is_in(client)


def test_proof_is_as_old_as_the_providers_question(house: House, said: Said) -> None:
    found = provider(said)
    said.claims = {"auth_time": now() - 3600}
    entered(client := Client(), found, said)
    assert client.session[proof.PROVED] == said.claims["auth_time"]
    assert client.get("/me/factor/app/").status_code == 403
    said.claims = {"auth_time": now() + 50}  # a clock that is ahead proves nothing of the future
    entered(client := Client(), found, said)
    assert client.session[proof.PROVED] <= clock.now().timestamp()


def test_provider_alone_leaves_passwords_to_administrators_with_a_second_factor(house: House, said: Said) -> None:
    for one in (house.teller, house.admin):
        one.set_password(PASSWORD)
        one.save()
    provider(said, sole=True)
    refused = sign_in(Client(), "hasegawa")
    wrong = sign_in(Client(), "hasegawa", "not the password")
    assert (refused.status_code, events(2)[1].reason) == (200, "sign-on")
    assert refused.content.decode().count('role="alert">') == wrong.content.decode().count('role="alert">') == 1
    assert "<details open>" in refused.content.decode()
    assert "<details>" in Client().get("/sign-in/").content.decode()
    assert sign_in(Client(), "hayasaka").status_code == 200  # no second factor yet
    secret, _codes = enrol(fresh(house.admin))
    client = Client()
    assert sign_in(client, "hayasaka").url == "/sign-in/second/"
    client.post("/sign-in/second/", {"code": now_code(secret)})
    assert is_in(client)
    locks.release(house.teller)


def test_provider_alone_leaves_no_passkey_and_no_start_code_beside_it(house: House, said: Said) -> None:
    key, client = Authenticator(house.teller.id), Client()
    permit = house.permit(house.teller, "access:factor:enrol")
    factors.enrol_key(permit, name="Laptop", key=Passkey(key.credential, 0))
    manage = house.permit(house.admin, "access:person:manage")
    _row, code = recovery.issue(manage, person=house.teller.id, checked="call")
    provider(said, sole=True)
    asked = client.post("/sign-in/passkey/").json()["publicKey"]
    assert client.post("/sign-in/passkey/", {"key": key.answer(asked)}).status_code == 403
    assert events()[0].reason == "sign-on"
    assert client.post("/sign-in/start/", {"name": "hasegawa", "code": code}).status_code == 422
    with pytest.raises(Conflict):
        recovery.issue(house.permit(house.admin, "access:person:manage"), person=house.sales.id, checked="call")


def test_provider_that_is_not_offered_lets_nobody_in(house: House, said: Said) -> None:
    found = provider(said, sole=True)
    asked = begun(client := Client(), found, said)
    type(found).objects.update(active=False)
    assert client.get(f"/sign-in/on/{found.pk}/back/", {"code": "c", "state": asked["state"]}).status_code == 404
    assert client.post(f"/sign-in/on/{found.pk}/").status_code == 404
    assert "Hausdienst" not in client.get("/sign-in/").content.decode()
    house.teller.set_password(PASSWORD)
    house.teller.save()
    assert sign_in(client, "hasegawa").status_code == 302


def prove(client: Client, found: object, said: Said) -> dict[str, str]:
    answer = client.get(f"/sign-in/on/{found.pk}/prove/")
    asked = {name: value for name, (value,) in parse_qs(urlsplit(answer.url).query).items()}
    said.nonce = asked["nonce"]
    return asked


def test_dangerous_act_is_proved_at_the_provider_and_what_was_typed_comes_along(house: House, said: Said) -> None:
    found, client = provider(said, vouching=("mfa",), own=()), Client()
    said.claims = {"preferred_username": "hayasaka", "sub": "h", "auth_time": now() - 3600, "amr": ["mfa"]}
    entered(client, found, said)
    address = f"/people/{house.teller.pk}/unlock/"
    page = client.post(address, {"typed": "before"})
    assert page.status_code == 403
    assert f"/sign-in/on/{found.pk}/prove/" in page.content.decode()
    asked = prove(client, found, said)
    assert (asked["prompt"], asked["max_age"]) == ("login", "0")
    assert back(client, found, code="c", state=asked["state"]).status_code == 403  # as old as an hour
    assert client.post(address, {"proof_method": "post"}).status_code == 403
    asked = prove(client, found, said)
    said.claims["auth_time"] = now()
    assert back(client, found, code="c", state=asked["state"]).status_code == 200
    assert (events()[0].action, events()[0].facts) == ("auth:session:prove", {"provider": str(found.pk)})
    assert client.post(address, {"typed": "before", "proof_method": "post"}).url == "/people/"
    assert client.post("/me/factor/app/", {"proof_method": "get"}).url == "/me/factor/app/"


def test_proof_of_somebody_else_proves_nothing(house: House, said: Said) -> None:
    """Whoever sits at another's open session proves only who they are themselves."""
    found, client = provider(said), Client()
    old = {"auth_time": now() - 3600}
    said.claims = {"preferred_username": "saeki", "sub": "s"}
    entered(Client(), found, said)
    said.claims = {"preferred_username": "hasegawa", "sub": "h"} | old
    entered(client, found, said)
    asked = prove(client, found, said)
    said.claims = {"preferred_username": "hasegawa", "sub": "s", "auth_time": now()}
    assert back(client, found, code="c", state=asked["state"]).status_code == 403
    assert reason() == "sign-on:somebody else"
    assert client.get("/me/factor/app/").status_code == 403
    said.claims = {"preferred_username": "hasegawa", "sub": "h", "auth_time": now()}
    asked = prove(client, found, said)
    client.post("/sign-out/")
    assert back(client, found, code="c", state=asked["state"]).status_code == 403
    assert not is_in(client)


def test_person_with_another_account_at_the_provider_comes_in_when_two_agree(house: House, said: Said) -> None:
    found = provider(said)
    entered(Client(), found, said)
    said.claims = {"sub": "the-new-account"}
    entered(client := Client(), found, said)
    assert not is_in(client)
    assert "lost" in fresh(house.admin).get("/people/").content.decode()
    row = reset.ask(house.permit(house.admin, "access:person:manage"), house.teller.id, reason="新しい端末になった。")
    approve(house, house.dpo, row, count="1")
    assert not Bond.objects.exists()
    entered(client := Client(), found, said)
    assert is_in(client)


def test_old_password_holds_nobody_who_did_not_use_it(house: House, said: Said) -> None:
    from toride.access.signin import rules

    old = rules.Rules(passwords=rules.Passwords(days=30))
    set_rules(rules.orjson.dumps(rules.asdict(old)).decode())
    house.teller.set_password(PASSWORD)
    house.teller.password_changed = clock.now() - timedelta(days=90)
    house.teller.save()
    sign_in(client := Client(), "hasegawa")
    assert client.get("/customers/").url == "/me/password/"
    entered(client := Client(), provider(said), said)
    assert client.get("/customers/").status_code == 200
