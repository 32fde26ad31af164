"""The result of a review is signed, says everything, names what is undecided, and any change of it is found."""

from pathlib import Path

import orjson
import pytest
from click.testing import CliRunner

from tests.people import House
from toride.access.models import Person
from toride.access.reviews import result
from toride.access.reviews.commands import access_review
from toride.access.reviews.models import Campaign
from toride.access.reviews.tests.acts import WORDS, closed
from toride.audit import checkpoints
from toride.audit.events import decode
from toride.audit.models import Outbox

pytestmark = pytest.mark.requirement("A5")


def test_it_says_scope_counts_deciders_and_what_is_undecided(house: House) -> None:
    campaign = closed(house)
    found = result.of(campaign)
    counts = {
        key: found["counts"][key]
        for key in ("grants", "kept", "removed", "undecided", "kept_against_findings", "mismatches")
    }
    assert counts == {
        "grants": 3, "kept": 1, "removed": 1, "undecided": 1, "kept_against_findings": 1, "mismatches": 1
    }  # fmt: skip
    assert found["scope"]["branches"] == ["002"]
    assert (found["scope"]["people"], found["scope"]["left_out"]) == (3, 8)
    assert found["scope"]["branches_left_out"] == ["000", "003"]
    assert found["decided_by"] == {"okubo": 2}
    states = {line["person"][0]: (line["state"], line["decided_by"]) for line in found["items"]}
    assert states == {
        "hasegawa": ("kept", "okubo"), "saeki": ("removed", "okubo"), "okubo": ("undecided", "")
    }  # fmt: skip
    house.manager.refresh_from_db()
    assert house.manager.roles == ["manager"]
    assert WORDS not in campaign.result


def test_its_digest_is_an_event(house: House) -> None:
    campaign = closed(house)
    event = decode(bytes(Outbox.objects.order_by("-pk").values_list("bytes", flat=True)[0]))[0]
    assert event.facts["digest"] == result.digest(campaign.result)
    assert event.facts["undecided"] == 1


def test_any_change_of_it_is_found(house: House) -> None:
    campaign = closed(house)
    note = campaign.result
    for before, after in (('"undecided":1', '"undecided":0'), ('"hasegawa"', '"shoji"'), ("v1\n", "v2\n"), ("{", " {")):
        assert before in note
        campaign.result = note.replace(before, after, 1)
        assert result.of(campaign) is None, before
    campaign.result = note
    assert result.of(campaign)
    other = Campaign(result=note)
    assert result.of(other) is None
    forged = checkpoints.attest(f"something else\n{orjson.dumps({}).decode()}\n")
    assert result.opened(forged) is None


def test_the_file_is_checked_by_command_elsewhere_too(house: House, tmp_path: Path) -> None:
    file = tmp_path / "result.txt"
    file.write_text(closed(house).result, encoding="utf-8")
    said = CliRunner().invoke(access_review, ["verify", str(file)])
    assert said.exit_code == 0
    assert "undecided\t1" in said.output
    assert CliRunner().invoke(access_review, ["verify", str(file), "--key", checkpoints.key().text]).exit_code == 0
    foreign = checkpoints.Key(checkpoints.key().name, b"k" * 32).text
    file_bent = tmp_path / "bent.txt"
    file_bent.write_text(file.read_text(encoding="utf-8").replace("okubo", "hasegawa"), encoding="utf-8")
    for arguments in ([str(file), "--key", foreign], [str(file), "--key", "x"], [str(file_bent)]):
        assert CliRunner().invoke(access_review, ["verify", *arguments]).exit_code != 0


def test_accounts_of_people_who_ended_are_moments(house: House) -> None:
    assert house.teller.ended is None
    house.teller.is_active = False
    house.teller.save(update_fields=["is_active"])
    first = Person.objects.get(pk=house.teller.pk).ended
    assert first
    house.teller.save()
    assert Person.objects.get(pk=house.teller.pk).ended == first
    house.teller.is_active = True
    house.teller.save()
    assert Person.objects.get(pk=house.teller.pk).ended is None
