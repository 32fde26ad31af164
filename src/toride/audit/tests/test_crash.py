"""Whatever is killed, and whenever: nothing acknowledged is lost, nothing is entered twice, and the trail verifies."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.scale import scaled
from toride.audit import proofs
from toride.audit.projections import differences
from toride.audit.sequencer import settle
from toride.audit.store import Trail, rows
from toride.audit.tests import storm
from toride.base import config

KILLS = scaled(4, 20)


def ids(folder: Path, kind: str) -> list[str]:
    return [line for path in folder.glob(f"{kind}-*") for line in path.read_text().split("\n")[:-1]]


@pytest.mark.requirement("T1")
@pytest.mark.parametrize("seed", scaled([1], [1, 2, 3]))
def test_kills_under_load_lose_nothing_and_double_nothing(stores, tmp_path, seed):
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "toride.settings",
        "PYTHONPATH": f"{config.ROOT / 'src'}:{config.ROOT}",
    }
    done = subprocess.run(
        [sys.executable, storm.__file__, str(tmp_path), str(KILLS), str(seed)],
        env=environment, capture_output=True, text=True, timeout=280, check=True,
    )  # fmt: skip
    kills = [int(one) for one in done.stdout.split()]
    assert min(kills) >= KILLS
    assert settle(60)
    trail = Trail()
    entered = [trail.name(index) for index in range(trail.length())]
    assert None not in entered
    assert len(entered) == len(set(entered))
    acknowledged = set(ids(tmp_path, "acknowledged"))
    assert len(acknowledged) > 100
    assert acknowledged <= set(entered)
    assert not set(ids(tmp_path, "undone")) & set(entered)
    report = proofs.check(None, signatures=True)
    assert (report.findings, report.size) == ([], trail.length())
    assert list(differences(trail.connection)) == []
    assert rows(trail.connection, "SELECT upto FROM audit_projected") == [(trail.length(),)]
