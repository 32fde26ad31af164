"""A log names an exception by type and place, never by its words."""

import logging
import subprocess
import sys

import pytest

from tests.running import ROOT
from toride.base.logs import Line

pytestmark = pytest.mark.requirement("K1")
SECRET = "鷲尾 瑠璃絵"


def fails() -> None:
    try:
        int(SECRET)
    except ValueError as error:
        raise LookupError(SECRET) from error


def test_words_of_an_exception_and_of_its_cause_are_left_out() -> None:
    try:
        fails()
    except LookupError:
        record = logging.LogRecord("toride", logging.ERROR, __file__, 1, "it failed", None, sys.exc_info())
    said = Line("%(levelname)s %(message)s").format(record)
    assert "瑠璃絵" not in said
    assert said.startswith("ERROR it failed\nLookupError\n")
    assert "caused by ValueError" in said
    assert "test_logs.py" in said


@pytest.mark.parametrize("where", ["f()", "t = threading.Thread(target=f); t.start(); t.join()"])
def test_what_nobody_catches_is_told_without_its_words(where: str) -> None:
    code = f"import threading\nfrom toride.base import logs\nlogs.install()\ndef f(): raise ValueError('{SECRET}')\n{where}"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False,
                          env={"PYTHONPATH": str(ROOT / "src"), "PYTHONUTF8": "1"})  # fmt: skip
    assert "ValueError" in done.stderr
    assert "瑠璃絵" not in done.stderr
