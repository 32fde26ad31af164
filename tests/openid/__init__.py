"""A real OpenID provider (Django OAuth Toolkit) in a process of its own, on loopback."""

import os
import subprocess
import sys
import time
import urllib.request

from tests.running import ROOT, free_port

CLIENT, SECRET, PASSWORD = "toride", "nur-fuer-diese-Tests", "offen-nur-hier"


class OpenID:
    """The provider, started; `issuer` is what it calls itself."""

    def __init__(self, redirect: str) -> None:
        port = free_port()
        self.issuer = f"http://127.0.0.1:{port}/o"
        command = [sys.executable, "-W", "ignore", "-m", "tests.openid.serving", str(port), redirect]
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("DJANGO_", "TORIDE_"))}
        self.process = subprocess.Popen(command, cwd=ROOT, env=kept | {"PYTHONPATH": f"{ROOT}/src:{ROOT}"})
        end = time.monotonic() + 60
        while time.monotonic() < end and self.process.poll() is None:
            try:
                urllib.request.urlopen(f"{self.issuer}/.well-known/openid-configuration", timeout=5).read()
            except OSError:
                time.sleep(0.1)
            else:
                return
        self.stop()
        raise RuntimeError("the provider did not start")

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(10)
