"""A process with keys in memory leaves no core and lets nobody look in."""

import subprocess
import sys

import pytest

CODE = """
import ctypes, os, resource
from toride.vault.process import harden
harden()
print(resource.getrlimit(resource.RLIMIT_CORE), ctypes.CDLL(None).prctl(3, 0, 0, 0, 0), os.stat("/proc/self/mem").st_uid)
os.abort()
"""


@pytest.mark.requirement("K1")
@pytest.mark.skipif(sys.platform != "linux", reason="prctl is Linux's")
def test_process_dumps_no_core(tmp_path):
    done = subprocess.run(
        [sys.executable, "-uc", CODE],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        check=False,
        env={"PYTHONPATH": ":".join(sys.path)},
    )
    assert done.stdout.startswith("(0, 0) 0 "), done.stderr
    assert done.returncode == -6
    assert list(tmp_path.iterdir()) == []
