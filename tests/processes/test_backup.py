"""A copy made while in use comes back into an empty home; what is wrong with a copy, or was erased, stays so."""

import json
import shutil
from pathlib import Path

import pytest

from tests.running import demonstration, toride

pytestmark = pytest.mark.requirement("K3")


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A demonstration of 60 customers, one checkpoint kept outside, one backup."""
    place = tmp_path_factory.mktemp("backup")
    demonstration(place / "home", 60)
    toride(place / "home", "audit", "checkpoint", "--out", str(place / "witness"))
    toride(place / "home", "backup", "--data", str(place / "d"), "--keys", str(place / "k"))
    (place / "root.json").write_bytes((place / "home" / "kms" / "root.json").read_bytes())
    return place


def folders(place: Path) -> tuple[Path, Path]:
    return next((place / "d").iterdir()), next((place / "k").iterdir())


def restore(home: Path, place: Path, *more: str, data: Path | None = None, keys: Path | None = None) -> object:
    held = folders(place)
    return toride(home, "restore", "--data", str(data or held[0]), "--keys", str(keys or held[1]),
                  "--kms", str(place / "root.json"), *more, check=False)  # fmt: skip


def numbers(home: Path) -> list[str]:
    found = toride(
        home, "customers", "search", "", "--as", "steward", "--purpose", "data-care", "--limit", "500", "--json"
    )
    return sorted(item["number"] for item in json.loads(found.stdout)["items"])


def test_restore_is_rehearsed_and_the_trail_goes_on(copied: Path, tmp_path: Path) -> None:
    done = restore(tmp_path / "home", copied, "--since", str(copied / "witness"))
    assert done.returncode == 0, done.stderr
    assert numbers(tmp_path / "home") == numbers(copied / "home")
    assert len(numbers(tmp_path / "home")) == 60
    assert toride(tmp_path / "home", "audit", "verify", "--deep", "--since", str(copied / "witness")).returncode == 0
    event = toride(tmp_path / "home", "audit", "export", "--out", str(tmp_path / "export"), "--as", "auditor")
    assert event.returncode == 0
    assert (tmp_path / "home" / "INSTALLATION").read_text() == "demo\n"


def test_a_silent_restore_is_noticed_by_a_checkpoint_kept_outside(copied: Path, tmp_path: Path) -> None:
    for _ in range(3):
        numbers(copied / "home")
    toride(copied / "home", "audit", "checkpoint", "--out", str(tmp_path / "later"))
    done = restore(tmp_path / "home", copied, "--since", str(tmp_path / "later"))
    assert done.returncode == 1
    assert "ALTERED" in done.stdout
    assert toride(tmp_path / "home", "audit", "verify", "--since", str(tmp_path / "later"), check=False).returncode == 1


def test_copies_show_no_personal_data(copied: Path) -> None:
    found = toride(
        copied / "home",
        "customers",
        "search",
        "",
        "--as",
        "steward",
        "--purpose",
        "data-care",
        "--limit",
        "20",
        "--json",
    )
    names = [item["name"].split()[0].encode() for item in json.loads(found.stdout)["items"]]
    content = b"".join(
        path.read_bytes() for path in (*(copied / "d").rglob("*"), *(copied / "k").rglob("*")) if path.is_file()
    )
    assert not [name for name in names if name in content]
    assert "あおば信用金庫".encode() not in content
    assert not list((copied / "home" / "backup").glob("work-*"))


@pytest.mark.parametrize("part", ["default", "audit", "files", "keys", "secrets"])
@pytest.mark.parametrize("damage", ["flip", "cut", "gone"])
def test_a_damaged_copy_is_refused_and_leaves_no_installation(
    copied: Path, tmp_path: Path, part: str, damage: str
) -> None:
    places = [shutil.copytree(folder, tmp_path / name) for folder, name in zip(folders(copied), "dk", strict=True)]
    path = next(place / f"{part}.sealed" for place in places if (place / f"{part}.sealed").exists())
    content = path.read_bytes()
    path.unlink()
    if damage != "gone":
        middle = len(content) // 2
        path.write_bytes(
            content[:-9] if damage == "cut" else content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]
        )
    done = restore(tmp_path / "home", copied, data=places[0], keys=places[1])
    assert done.returncode != 0
    assert "cannot be used" in done.stderr
    assert not (tmp_path / "home" / "INSTALLATION").exists()


def test_an_interrupted_restore_can_be_begun_again(copied: Path, tmp_path: Path) -> None:
    places = [shutil.copytree(folder, tmp_path / name) for folder, name in zip(folders(copied), "dk", strict=True)]
    (places[1] / "secrets.sealed").rename(tmp_path / "away")
    assert restore(tmp_path / "home", copied, data=places[0], keys=places[1]).returncode != 0
    (tmp_path / "away").rename(places[1] / "secrets.sealed")
    assert restore(tmp_path / "home", copied, data=places[0], keys=places[1]).returncode == 0
    again = restore(tmp_path / "home", copied)
    assert again.returncode == 78
    assert "already holds" in again.stderr


def test_one_place_for_both_is_refused(copied: Path, tmp_path: Path) -> None:
    for data, keys in ((tmp_path, tmp_path), (tmp_path, tmp_path / "k"), (copied / "home" / "data", tmp_path)):
        done = toride(copied / "home", "backup", "--data", str(data), "--keys", str(keys), check=False)
        assert done.returncode == 78, (data, keys)


@pytest.mark.requirement("P6", "K1")
def test_restoring_replays_erasures_and_old_key_copies_die(tmp_path: Path) -> None:
    home = tmp_path / "home"
    demonstration(home, 60)
    toride(home, "backup", "--data", str(tmp_path / "d"), "--keys", str(tmp_path / "old"))
    victim = numbers(home)[0]
    script = (
        "import django; django.setup()\n"
        "from toride.customers import queries\nfrom toride.vault import index, subjects\nfrom django.db import transaction\n"
        f"subject = queries.subject_of({victim!r})\n"
        "with transaction.atomic():\n    subjects.erase([subject]); index.remove([subject])\n"
    )
    run_python(home, script)
    toride(home, "keys", "rotate")
    toride(home, "backup", "--data", str(tmp_path / "later"), "--keys", str(tmp_path / "new"))
    (tmp_path / "root.json").write_bytes((home / "kms" / "root.json").read_bytes())
    data, new, old = (next((tmp_path / name).iterdir()) for name in ("d", "new", "old"))
    done = toride(
        tmp_path / "back",
        "restore",
        "--data",
        str(data),
        "--keys",
        str(new),
        "--kms",
        str(tmp_path / "root.json"),
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "1 erasures repeated" in done.stdout
    assert victim not in numbers(tmp_path / "back")
    assert len(numbers(tmp_path / "back")) == 59
    dead = toride(
        tmp_path / "dead",
        "restore",
        "--data",
        str(data),
        "--keys",
        str(old),
        "--kms",
        str(tmp_path / "root.json"),
        check=False,
    )
    assert dead.returncode != 0


def run_python(home: Path, script: str) -> None:
    import subprocess
    import sys

    from tests.running import ROOT, environment

    subprocess.run(
        [sys.executable, "-c", script],
        check=True,
        cwd=ROOT,
        env=environment(home, DJANGO_SETTINGS_MODULE="toride.settings"),
    )


def test_on_postgresql_too(tmp_path: Path) -> None:
    from tests import cluster

    if cluster.binaries() is None:
        pytest.skip("PostgreSQL is not installed")
    data, keys = cluster.start(), cluster.start()
    try:
        for suffix in ("", "_back"):
            data.create(f"toride{suffix}", f"toride_audit{suffix}")
            keys.create(f"toride_keys{suffix}")

        def urls(suffix: str) -> dict[str, str]:
            found = {"TORIDE_DEMO_ON_SERVER": "1"}
            for name, server, database in (
                ("DATABASE", data, "toride"),
                ("AUDIT", data, "toride_audit"),
                ("KEYS", keys, "toride_keys"),
            ):
                found[f"TORIDE_{name}_URL"] = server.url(database + suffix)
                found[f"TORIDE_{name}_OWNER_URL"] = server.url(database + suffix, "owner")
                found[f"TORIDE_{name}_SEQUENCER_URL"] = server.url(database + suffix, "sequencer")
            return found

        home, back = tmp_path / "home", tmp_path / "back"
        toride(home, "demo", "--no-serve", "--customers", "40", **urls(""))
        toride(home, "backup", "--data", str(tmp_path / "d"), "--keys", str(tmp_path / "k"), **urls(""))
        (tmp_path / "root.json").write_bytes((home / "kms" / "root.json").read_bytes())
        held = folders(tmp_path)
        arguments = ["restore", "--data", str(held[0]), "--keys", str(held[1]), "--kms", str(tmp_path / "root.json")]
        done = toride(back, *arguments, check=False, **urls("_back"))
        assert done.returncode == 0, done.stderr
        found = toride(
            back,
            "customers",
            "search",
            "",
            "--as",
            "steward",
            "--purpose",
            "data-care",
            "--limit",
            "99",
            "--json",
            **urls("_back"),
        )
        assert json.loads(found.stdout)["total"] == 40
        assert toride(back, "audit", "verify", "--deep", **urls("_back")).returncode == 0
    finally:
        data.stop()
        keys.stop()
