"""The pages of providers: who may open them, what two people agree upon, what was typed kept, no secret shown."""

import re
import sys

import pytest
from django.test import Client
from django.urls import reverse

from tests.kit import approve, events, fresh, seen
from tests.people import House, become
from tests.providers.asserted import ADDRESS, ISSUER, keys
from tests.providers.asserted import entered as saml_in
from tests.providers.asserted import provider as saml_provider
from tests.providers.spoken import CLIENT, SECRET, Said, entered, is_in, provider
from toride.access.models import Approval, Bond, Provider
from toride.access.sso import config, metadata
from toride.access.tests.signing import PASSWORD, enrol
from toride.base.errors import Conflict, TorideError, Unavailable

pytestmark = pytest.mark.requirement("A1", "A4", "A6")


def sent(said: Said, **more: object) -> dict[str, object]:
    return {"name": "行員認証", "issuer": said.issuer, "client": CLIENT, "secret": SECRET, "inside": "1", "active": "1",
            "claim": "preferred_username", "groups": "groups", "group": ["tellers", "heads", ""],
            "role": ["teller", "manager", ""], "rank": ["0", "6", "0"], "branch": "002", "vouching": "mfa、hwk",
            "own": ["admin"], "reason": "行員の認証を一か所にまとめます。"} | more  # fmt: skip


def place(name: str) -> str:
    return reverse(name)


def asked(house: House, said: Said, **more: object) -> Approval:
    answer = fresh(house.admin).post(place("provider_new"), sent(said, **more))
    assert answer.status_code == 302, answer.content.decode()
    return Approval.objects.order_by("-created")[0]


def test_nobody_takes_up_a_provider_alone(house: House, said: Said) -> None:
    """Whoever commands a provider comes in as everybody: not the administrator's doing alone."""
    row = asked(house, said)
    assert not Provider.objects.exists()
    for person in (house.admin, house.steward, house.auditor):
        with pytest.raises(TorideError):
            approve(house, person, row, count=str(row.count))
    assert not Provider.objects.exists()
    shown = {str(line.label): [str(one) for one in line.after] for line in seen(house, house.dpo, row).lines}
    told = str(shown)
    assert said.issuer in told
    assert "heads → " in told
    assert SECRET not in told
    assert SECRET.encode() not in bytes(row.blob)
    approve(house, house.dpo, row, count="2")
    made = Provider.objects.get()
    assert config.secret(made) == SECRET
    one = config.read(made.content)
    assert (one.vouching, one.own, one.branch) == (("mfa", "hwk"), ("admin",), "002")
    assert (one.mapped[1].group, one.mapped[1].role, one.mapped[1].rank) == ("heads", "manager", 6)
    entered(client := Client(), made, said)
    assert not is_in(client)  # the mapping takes the teller's duty, which no group of theirs gives
    said.claims = {"groups": ["tellers"], "sub": "x", "preferred_username": "onodera"}
    entered(client := Client(), made, said)
    assert is_in(client)


def test_the_address_for_answers_is_shown_before_and_holds_after(house: House, said: Said) -> None:
    client = fresh(house.admin)
    page = client.get(place("provider_new")).content.decode()
    number = re.search(r'name="number" value="([0-9a-f-]{36})"', page)[1]
    assert f"/sign-in/on/{number}/back/" in page
    row = asked(house, said, number=number)
    approve(house, house.dpo, row, count="2")
    assert str(Provider.objects.get().pk) == number
    page = client.get(reverse("provider", kwargs={"provider": number})).content.decode()
    assert f"/sign-in/on/{number}/back/" in page
    assert SECRET not in page
    assert 'value="heads"' in page


def test_secret_goes_to_no_other_issuer(house: House, said: Said) -> None:
    """Another issuer or client, or one altered in the store, does not get the secret of the one before."""
    made = provider(said)
    Provider.objects.update(content=config.Config("https://evil.example", CLIENT).text())
    with pytest.raises(Unavailable):
        config.secret(Provider.objects.get())
    Provider.objects.update(content=made.content)
    Bond.objects.create(provider=made, person=house.teller, digest="x")
    address = reverse("provider", kwargs={"provider": made.pk})
    assert fresh(house.admin).post(address, sent(said, secret="", client="another")).status_code == 302
    approve(house, house.dpo, Approval.objects.get(), count="2")
    assert config.secret(Provider.objects.get()) == ""
    assert not Bond.objects.exists()


def test_secret_stays_where_none_is_typed(house: House, said: Said) -> None:
    made = provider(said)
    address = reverse("provider", kwargs={"provider": made.pk})
    assert fresh(house.admin).post(address, sent(said, secret="", active="")).status_code == 302
    approve(house, house.dpo, Approval.objects.get(), count="2")
    found = Provider.objects.get()
    assert (config.secret(found), found.active, found.name) == (SECRET, False, "行員認証")


def test_provider_that_changed_meanwhile_stays(house: House, said: Said) -> None:
    made = provider(said)
    fresh(house.admin).post(reverse("provider", kwargs={"provider": made.pk}), sent(said))
    Provider.objects.update(sole=True)
    with pytest.raises(Conflict):
        approve(house, house.dpo, Approval.objects.get(), count="2")
    assert Provider.objects.get().name == "Hausdienst"


def test_alone_only_where_somebody_still_comes_in_when_it_fails(house: House, said: Said) -> None:
    answer = fresh(house.admin).post(place("provider_new"), sent(said, sole="1"))
    assert answer.status_code == 422
    assert "e-sole" in answer.content.decode()
    house.admin.set_password(PASSWORD)
    house.admin.save()
    enrol(fresh(house.admin))
    row = asked(house, said, sole="1")
    become(house.admin, roles=["teller"])
    with pytest.raises(TorideError):
        approve(house, house.dpo, row, count="2")
    assert not Provider.objects.exists()


def test_bent_form_asks_for_nothing_and_keeps_what_was_typed(house: House, said: Said) -> None:
    client = fresh(house.admin)
    for more in ({"issuer": "http://192.0.2.1"}, {"issuer": "https://a b"}, {"issuer": said.issuer, "inside": ""},
                 {"issuer": f"{said.issuer}/elsewhere"}, {"role": ["owner", "teller"]}, {"rank": ["10", "0"]},
                 {"groups": ""}, {"branch": "999"}, {"name": ""}, {"client": "x" * 201}, {"reason": "x"},
                 {"group": ["g"] * 41, "role": ["teller"] * 41, "rank": ["0"] * 41},
                 {"vouching": " ".join(map(str, range(21)))}):  # fmt: skip
        answer = client.post(place("provider_new"), sent(said, **more))
        page = answer.content.decode()
        assert answer.status_code == 422, more
        assert SECRET not in page, more
        assert "reason" in more or "行員の認証を一か所に" in page, more
    assert not Approval.objects.exists()
    assert events()[0].outcome == "failed"


def test_there_are_only_so_many(house: House, said: Said) -> None:
    for _ in range(5):
        provider(said)
    assert fresh(house.admin).post(place("provider_new"), sent(said)).status_code == 409


def test_changing_one_asks_who_it_is(house: House, said: Said) -> None:
    client = fresh(house.admin)
    session = client.session
    session["proved"] = 0
    session.save()
    assert "proof_method" in client.post(place("provider_new"), sent(said)).content.decode()
    assert not Approval.objects.exists()


def described(**more: str) -> str:
    """A provider's metadata, as it gives them out."""
    words = {"key": "".join(keys()[1].splitlines()[1:-1]), "use": "signing", "binding": metadata.REDIRECT,
             "address": ADDRESS, "issuer": ISSUER, "before": ""} | more  # fmt: skip
    return """{before}<m:EntityDescriptor xmlns:m="urn:oasis:names:tc:SAML:2.0:metadata" entityID="{issuer}">
 <m:IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"><m:KeyDescriptor use="{use}">
 <d:KeyInfo xmlns:d="http://www.w3.org/2000/09/xmldsig#"><d:X509Data><d:X509Certificate>{key}</d:X509Certificate>
 </d:X509Data></d:KeyInfo></m:KeyDescriptor><m:SingleSignOnService Binding="{binding}" Location="{address}"/>
 </m:IDPSSODescriptor></m:EntityDescriptor>""".format(**words)


def saml(**more: object) -> dict[str, object]:
    return {"name": "行員認証", "metadata": described(), "active": "1", "claim": "uid", "groups": "", "group": [], "role": [],
            "rank": [], "branch": "", "vouching": "", "own": [], "reason": "行員の認証を一か所にまとめます。"} | more  # fmt: skip


def test_saml_provider_is_taken_up_by_its_metadata(house: House) -> None:
    client = fresh(house.admin)
    page = client.get(place("provider_new_saml")).content.decode()
    number = re.search(r'name="number" value="([0-9a-f-]{36})"', page)[1]
    assert f"/sign-in/on/{number}/metadata/" in page
    assert client.post(place("provider_new_saml"), saml(number=number)).status_code == 302
    row = Approval.objects.get()
    shown = {str(line.label): [str(one) for one in line.after] for line in seen(house, house.dpo, row).lines}
    assert [ISSUER] in shown.values()
    assert [ADDRESS] in shown.values()
    assert any(re.fullmatch("[0-9a-f]{64}", one) for values in shown.values() for one in values)
    approve(house, house.dpo, row, count="0")
    made = Provider.objects.get()
    assert (str(made.pk), made.kind) == (number, "saml")
    saml_in(client := Client(), made)
    assert is_in(client)
    address = reverse("provider", kwargs={"provider": made.pk})
    assert fresh(house.admin).post(address, saml(metadata="", name="別の名前")).status_code == 302
    approve(house, house.dpo, Approval.objects.get(state="waiting"), count="0")
    assert Provider.objects.get().content == made.content


def test_bent_metadata_asks_for_nothing(house: House) -> None:
    client = fresh(house.admin)
    for bent in ("", "<", "<a/>", described(before="<!DOCTYPE x>"), described(key="あ"), described(use="encryption"),
                 described(binding="urn:oasis:names:tc:SAML:2.0:bindings:SOAP"), described(issuer=""),
                 described(address="http://192.0.2.1/"), described(address="javascript:alert(1)"), "<a>" * 80_000):  # fmt: skip
        assert client.post(place("provider_new_saml"), saml(metadata=bent)).status_code == 422, bent[:80]
    assert not Approval.objects.exists()


def test_saml_says_how_to_install_it_where_it_is_not(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "signxml", None)
    client = fresh(house.admin)
    for answer in (client.get(place("provider_new_saml")), client.post(place("provider_new_saml"), saml())):
        assert "./toride install saml" in answer.content.decode()
    assert not Approval.objects.exists()
    assert Client().post(f"/sign-in/on/{saml_provider().pk}/").status_code == 403
    assert events()[0].reason == "sign-on:unavailable"
