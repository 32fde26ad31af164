"""Keeps a process that holds keys from being written to disk or looked into."""

import ctypes
import os
import resource
import sys

_PR_SET_DUMPABLE = 4  # prctl(2)


def harden() -> None:
    """No core dumps, and on Linux no ptrace or /proc/…/mem by others of the same user. OSError where that fails."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux" and ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0):
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
