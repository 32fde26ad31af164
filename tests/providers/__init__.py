"""Real identity providers, each in a process of its own on loopback: OpenID Connect and SAML 2.0."""

import os
import subprocess
import sys
import time
import urllib.request

from tests.running import ROOT, free_port

CLIENT, SECRET, PASSWORD = "toride", "nur-fuer-diese-Tests", "offen-nur-hier"


class Provider:
    """A module of this package, started as `python -m MODULE PORT TOLD` and answering at `about`."""

    module, about = "", ""

    def __init__(self, told: str) -> None:
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        command = [sys.executable, "-W", "ignore", "-m", f"tests.providers.{self.module}", str(port), told]
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("DJANGO_", "TORIDE_"))}
        self.process = subprocess.Popen(command, cwd=ROOT, env=kept | {"PYTHONPATH": f"{ROOT}/src:{ROOT}"})
        end = time.monotonic() + 60
        while time.monotonic() < end and self.process.poll() is None:
            try:
                self.said = urllib.request.urlopen(f"{self.url}{self.about}", timeout=5).read().decode()
            except OSError:
                time.sleep(0.1)
            else:
                return
        self.stop()
        raise RuntimeError("the provider did not start")

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(10)


class OpenID(Provider):
    """Django OAuth Toolkit; told where answers go."""

    module, about = "openid", "/o/.well-known/openid-configuration"


class Saml(Provider):
    """pysaml2, which signs with libxmlsec1; told where our metadata is. `said` is its own."""

    module, about = "saml", "/metadata"
