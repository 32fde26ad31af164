"""Rows that let somebody in are good where they stand, for whom they were made: moved, copied, altered, invented ones are not."""

import re
from dataclasses import asdict, replace
from datetime import timedelta
from typing import Any

import pytest
from click.testing import CliRunner
from django.conf import settings
from django.contrib.sessions.models import Session
from django.test import Client

from tests.kit import approve, told
from tests.people import House, set_rules, signed_in
from toride.access import commands, integrity
from toride.access.models import Approval, Person, PersonalToken, Provider, SignInRules, StartCode, Visit
from toride.access.signin import recovery, rule_changes, rules, tokens
from toride.access.signin.sessions import digest
from toride.access.sso import providers
from toride.access.sso.config import Config, Mapped
from toride.access.tests.signing import give_passwords
from toride.base import clock
from toride.base.errors import Conflict, Hidden, Refused

pytestmark = [pytest.mark.requirement("A6"), pytest.mark.requirement("A7")]
INVENTED = "0123456789abcdefghijklmnopqrstuv"
WIDE_OPEN = rules.Rules(
    proof=0, duties={code: rules.Duty(factor=False, idle=1_440, hours=168, sessions=99) for code in rules.SHIPPED}
)


def cookie(client: Client) -> str:
    return str(client.cookies[settings.SESSION_COOKIE_NAME].value)


def with_cookie(key: str) -> Client:
    client = Client()
    client.cookies[settings.SESSION_COOKIE_NAME] = key
    return client


def is_in(client: Client) -> bool:
    return client.get("/me/").status_code == 200


class TestSession:
    def test_copied_onto_ones_own_cookie(self, house: House) -> None:
        victim, thief = signed_in(house.dpo), signed_in(house.teller)
        content = Session.objects.get(session_key=digest(cookie(victim))).session_data
        Session.objects.filter(session_key=digest(cookie(thief))).update(session_data=content)
        assert not is_in(thief)
        Visit.objects.filter(session=digest(cookie(thief))).update(person=house.dpo)
        assert not is_in(thief)
        assert is_in(victim)

    def test_copied_onto_an_invented_cookie(self, house: House) -> None:
        victim = Session.objects.get(session_key=digest(cookie(signed_in(house.dpo))))
        Session.objects.create(
            session_key=digest(INVENTED), session_data=victim.session_data, expire_date=victim.expire_date
        )
        Visit.objects.create(person=house.dpo, session=digest(INVENTED), born=clock.now(), seen=clock.now())
        assert not is_in(with_cookie(INVENTED))

    def test_moved_with_all_that_belongs_to_it(self, house: House) -> None:
        key = cookie(signed_in(house.dpo))
        Session.objects.filter(session_key=digest(key)).update(session_key=digest(INVENTED))
        Visit.objects.filter(session=digest(key)).update(session=digest(INVENTED))
        assert not is_in(with_cookie(INVENTED))

    @pytest.mark.parametrize("change", [{"ended": clock.now()}, {"session": "x" * 40}, "another", "gone"])
    def test_without_a_living_visit_of_this_person(self, house: House, change: Any) -> None:
        client = signed_in(house.teller)
        mine = Visit.objects.filter(session=digest(cookie(client)))
        if change == "gone":
            mine.delete()
        else:
            mine.update(**({"person": house.dpo} if change == "another" else change))
        assert not is_in(client)

    def test_put_back_after_it_ended(self, house: House) -> None:
        client = signed_in(house.teller)
        row = Session.objects.get(session_key=digest(cookie(client)))
        client.post("/sign-out/")
        row.save(force_insert=True)
        assert not is_in(with_cookie(cookie(client) or INVENTED))


class TestToken:
    def test_invented(self, house: House) -> None:
        import hashlib

        token = tokens.PREFIX + "x" * 43
        for made in (hashlib.sha256(token.encode()).digest(), b"", bytes(32)):
            PersonalToken.objects.all().delete()
            PersonalToken.objects.create(person=house.admin, digest=made, expires=clock.now() + timedelta(hours=1))
            with pytest.raises(Refused):
                tokens.holder(token)

    @pytest.mark.parametrize("change", ["person", "expires"])
    def test_altered(self, house: House, change: str) -> None:
        token = tokens.issue(house.teller)
        new = {"person": house.admin} if change == "person" else {"expires": clock.now() + timedelta(days=99)}
        assert tokens.holder(token) == house.teller
        PersonalToken.objects.update(**new)
        with pytest.raises(Refused):
            tokens.holder(token)


class TestStartCode:
    @pytest.fixture
    def given(self, house: House) -> tuple[StartCode, str]:
        give_passwords(house)
        permit = house.permit(house.admin, "access:person:manage")
        return recovery.issue(permit, person=house.teller.pk, checked="face")

    @pytest.mark.parametrize(
        "change", ["person", "issuer", "agreed", "expires", "issued", "digest", "used again", "put back for another"]
    )
    def test_altered(self, house: House, given: tuple[StartCode, str], change: str) -> None:
        row, code = given
        assert recovery.find("hasegawa", code) is not None
        moment = clock.now() + timedelta(days=30)
        new: dict[str, Any] = {
            "person": {"person": house.sales}, "issuer": {"issuer": house.dpo}, "agreed": {"agreed": True},
            "expires": {"expires": moment}, "issued": {"issued": moment}, "digest": {"digest": "0" * 64},
            "used again": {"used": None}, "put back for another": {"person": house.sales, "used": None},
        }[change]  # fmt: skip
        if "used" in new:
            recovery.use(
                row.pk,
                password="馬は東へ-まだ見ぬ橋の下で七つ",
                door=house.permit(house.admin, "access:person:manage").door,
            )
        StartCode.objects.update(**new)
        for name in ("hasegawa", "saeki"):
            assert recovery.find(name, code) is None
        assert recovery.standing(row.pk) is None
        with pytest.raises(Conflict):
            recovery.use(
                row.pk,
                password="空は西へ-まだ見ぬ橋の下で七つ",
                door=house.permit(house.admin, "access:person:manage").door,
            )


class TestProvider:
    """A row that nobody agreed upon is not offered, vouches for nobody, and takes nobody's password away."""

    @pytest.fixture
    def agreed(self, house: House) -> Provider:
        wanted = Config("https://login.example.jp", "toride", mapped=(Mapped("g", "teller"),))
        made = Provider(kind="oidc", name="Hausdienst", content=wanted.text(), changed=clock.now())
        made.seal = integrity.of_provider(made)
        made.save()
        return made

    def test_invented(self, house: House) -> None:
        text = Config("https://evil.example", "x").text()
        Provider.objects.create(kind="saml", name="Anmelden", content=text, changed=clock.now(), seal="0" * 64)
        assert providers.offered() == []
        assert "Anmelden" not in Client().get("/sign-in/").content.decode()

    @pytest.mark.parametrize(
        "change",
        [{"kind": "saml"}, {"name": "x"}, {"content": Config("https://evil.example", "toride").text()}, {"sole": True},
         {"seal": ""}, {"seal": "0" * 64}],
    )  # fmt: skip
    def test_altered(self, house: House, agreed: Provider, change: dict[str, Any]) -> None:
        assert providers.offered() == [agreed]
        Provider.objects.update(**change)
        assert providers.offered() == []
        with pytest.raises(Hidden):
            providers.find(agreed.pk, active=True)
        assert providers.of_session({"provider": str(agreed.pk)}) is None
        for address in ("", "back/", "post/", "end/"):
            assert Client().post(f"/sign-in/on/{agreed.pk}/{address}").status_code in (404, 405)

    def test_switched_on_again(self, house: House, agreed: Provider) -> None:
        agreed.active = False
        agreed.seal = integrity.of_provider(agreed)
        agreed.save()
        Provider.objects.update(active=True)
        assert providers.offered() == []

    def test_the_seal_of_another(self, house: House, agreed: Provider) -> None:
        made = Provider(kind="oidc", name="Zwei", content=agreed.content, changed=clock.now(), seal=agreed.seal)
        made.save()
        assert providers.offered() == [agreed]

    def test_of_before_the_upgrade_is_confirmed_by_two_or_by_whoever_holds_the_keys(
        self, house: House, agreed: Provider
    ) -> None:
        Provider.objects.update(seal="", sole=True)
        give_passwords(house)
        shown = CliRunner().invoke(commands.sign_in, ["show"]).output
        assert "Hausdienst" in shown
        assert "g → " in shown
        assert CliRunner().invoke(commands.sign_in, ["accept", "Hausdienst", "--confirm", "x"]).exit_code
        assert providers.offered() == []
        CliRunner().invoke(
            commands.sign_in, ["accept", "Hausdienst", "--confirm", "Hausdienst"], catch_exceptions=False
        )
        assert [one.pk for one in providers.offered()] == [agreed.pk]
        assert told("system:provider:seal")
        assert CliRunner().invoke(commands.sign_in, ["accept", "Hausdienst", "--confirm", "Hausdienst"]).exit_code

    def test_two_people_confirm_it_as_it_stands(self, house: House, agreed: Provider) -> None:
        Provider.objects.update(seal="")
        wanted = providers.config.read(agreed.content)
        permit = house.permit(house.admin, "access:provider:change")
        providers.ask(
            permit, provider=agreed.pk, kind="oidc", name="Hausdienst", active=True, sole=False, wanted=wanted,
            secret="", reason="nach dem Upgrade",
        )  # fmt: skip
        assert providers.offered() == []
        approve(house, house.dpo, Approval.objects.get(), count="1")
        assert [one.pk for one in providers.offered()] == [agreed.pk]

    def test_an_administrator_comes_in_until_then(self, house: House, agreed: Provider) -> None:
        Provider.objects.update(seal="", sole=True)
        assert providers.takes_password(house.teller) is False
        assert providers.stands_alone()


class TestRules:
    def written(self, found: rules.Rules) -> str:
        return rules.orjson.dumps(asdict(found), option=rules.orjson.OPT_SORT_KEYS).decode()

    @pytest.mark.parametrize("seal", ["", "0" * 64, "of others"])
    def test_written_past_the_page_are_replaced_by_the_strictest(self, house: House, seal: str) -> None:
        others = integrity.of_rules(self.written(rules.Rules())) if seal == "of others" else seal
        SignInRules.objects.create(pk=1, content=self.written(WIDE_OPEN), changed=clock.now(), seal=others)
        found = rules.current()
        assert all(one.factor and one.grace == 0 for one in found.duties.values())
        assert found.proof == rules.STRICT_PROOF
        for role in rules.SHIPPED:
            bounds = rules.bounds(rules.content(), (role,))
            assert bounds.grace == timedelta(0)
            assert bounds.absolute <= timedelta(hours=rules.STRICT["hours"])
        give_passwords(house)
        Person.objects.update(created=clock.now() - timedelta(minutes=1))
        assert signed_in(house.teller).get("/customers/").status_code == 302

    def test_they_come_with_the_person_in_the_same_way(self, house: House) -> None:
        from toride.access.signin.backends import Backend

        set_rules(self.written(WIDE_OPEN))
        assert Backend().get_user(house.teller.pk).rules == self.written(WIDE_OPEN)
        SignInRules.objects.update(content=self.written(replace(WIDE_OPEN, passkeys=False)))
        assert Backend().get_user(house.teller.pk).rules == rules.content() != self.written(WIDE_OPEN)

    def test_no_text_at_all_shuts_nobody_out(self, house: House) -> None:
        SignInRules.objects.create(pk=1, content="{", changed=clock.now())
        assert rules.current().of("admin").factor
        shown = CliRunner().invoke(commands.sign_in, ["show"])
        assert shown.exit_code == 0, shown.output
        assert CliRunner().invoke(commands.sign_in, ["accept", "rules", "--confirm", "rules"]).exit_code

    def test_of_before_the_upgrade_hold_once_they_are_accepted(self, house: House) -> None:
        SignInRules.objects.create(pk=1, content=self.written(WIDE_OPEN), changed=clock.now())
        assert re.search(r"roles\.teller\.hours +168", CliRunner().invoke(commands.sign_in, ["show"]).output)
        CliRunner().invoke(commands.sign_in, ["accept", "rules", "--confirm", "rules"], catch_exceptions=False)
        assert rules.current() == WIDE_OPEN
        assert rules.stand()

    def test_set_on_the_page_they_hold(self, house: House) -> None:
        SignInRules.objects.create(pk=1, content=self.written(WIDE_OPEN), changed=clock.now())
        client = signed_in(house.admin)
        assert client.get("/sign-in-rules/").status_code in (200, 302)
        permit, wanted = house.permit(house.admin, "access:rules:change"), replace(rules.Rules(), proof=7)
        rule_changes.ask(permit, part=rule_changes.PASSWORDS, wanted=wanted, reason="As the audit report asks.")
        house.agree()
        assert rules.stand()
        assert rules.current().proof == 7
