"""Sets up a home and runs it: init, serve, demo."""

import os
import shutil
import socket
import sys
from pathlib import Path

import click

from toride.base import config, home
from toride.base.errors import ConfigurationError
from toride.cli.supervisor import Child, Supervisor

LOOPBACK = {"127.0.0.1", "localhost", "::1"}
CUSTOMERS = 5_000
MOST_CUSTOMERS = 1_000_000


@click.command()
@click.option("--institution", prompt="Name of the institution")
@click.option("--admin", "username", prompt="Sign-in name of the first administrator", default="admin")
@click.option("--name", prompt="Their name")
@click.option("--branch", "branch_name", prompt="Name of the head office", default="本部")
def init(institution: str, username: str, name: str, branch_name: str) -> None:
    """Make the home, the keys and the first administrator."""
    where = _home(default="toride")
    existed = home.kind(where)
    if existed:
        raise ConfigurationError(f"{where} already holds an installation ({existed}).")
    password = _new_password()
    home.create(where, demo=False, institution=institution)
    lay_out(where)
    from toride.access import people
    from toride.access.models import Branch

    branch = Branch.objects.create(code="000", name=branch_name)
    people.add(username, name, roles=["admin"], branch=branch, rank=5, password=password)
    click.echo(f"Ready: {where}\nNext: ./toride serve --host crm.example.jp --port 8443")


@click.command()
@click.option("--host", default="127.0.0.1", help="Address to listen on; needs TLS unless it is loopback.")
@click.option("--port", type=click.IntRange(1, 65535), default=8443)
@click.option("--name", "names", multiple=True, help="Host name that people type; repeat for several.")
@click.option("--certificate", type=click.Path(exists=True, dir_okay=False))
@click.option("--key", type=click.Path(exists=True, dir_okay=False))
@click.option("--no-tls", is_flag=True, help="Plain HTTP; only on loopback.")
@click.option("--workers", type=click.IntRange(1, 64), default=2)
def serve(
    host: str, port: int, names: tuple[str, ...], certificate: str | None, key: str | None, no_tls: bool, workers: int
) -> None:
    """Serve for real use, over TLS 1.3 and HTTP/2."""
    where = _home(default="toride")
    kind = home.kind(where)
    if kind is None:
        raise ConfigurationError(f"There is no installation in {where}. Make one with: ./toride init")
    if kind == "demo":
        raise ConfigurationError(
            f"{where} is a demonstration, for ever; it is never served for real use. Use: ./toride init"
        )
    if no_tls:
        if host not in LOOPBACK:
            raise ConfigurationError(f"Without TLS only loopback is served, not {host}. Leave --no-tls out.")
    elif certificate is None or key is None:
        certificate, key = _certificate(where, host, names)
    os.environ["TORIDE_TLS"] = "0" if no_tls else "1"
    os.environ["TORIDE_HOSTS"] = ",".join(dict.fromkeys((*names, host, "localhost")))
    lay_out(where)
    click.echo(f"Toride serves {'http' if no_tls else 'https'}://{(names or (host,))[0]}:{port}")
    _run(host, port, workers, certificate, key)


@click.command()
@click.option("--port", type=click.IntRange(1, 65535), default=8000)
@click.option("--customers", type=click.IntRange(0, MOST_CUSTOMERS), default=CUSTOMERS, show_default=True)
@click.option("--reset", is_flag=True, help="Throw the demonstration away and build it anew.")
@click.option("--no-serve", is_flag=True, help="Build and exit.")
@click.option("--workers", type=click.IntRange(1, 64), default=2)
def demo(port: int, customers: int, reset: bool, no_serve: bool, workers: int) -> None:
    """A fictional institution on http://localhost:8000, for this machine only."""
    where = _home(default="demo")
    kind = home.kind(where)
    if kind == "real":
        raise ConfigurationError(f"{where} is an installation for real use; a demonstration never touches it.")
    if kind is None and where.exists() and any(where.iterdir()):
        raise ConfigurationError(f"{where} is not empty and is no demonstration. Name an empty folder in TORIDE_HOME.")
    ready = where / "READY"
    if kind == "demo" and (reset or not ready.exists()):
        shutil.rmtree(where)
        kind = None
    if kind is None:
        _refuse_server_stores()
        home.create(where, demo=True, institution="あおば信用金庫")
    os.environ["TORIDE_HOSTS"] = "localhost,127.0.0.1"
    lay_out(where)
    if not ready.exists():
        from toride.demo import build

        build.build(customers, say=lambda text: click.echo(text, err=True))
        ready.touch()
    if no_serve:
        click.echo(f"Built: {where}")
        return
    _free(port)
    click.echo(_who_can_sign_in(port))
    _run("127.0.0.1", port, workers, None, None)


def _home(*, default: str) -> Path:
    where = config.home() if config.text("TORIDE_HOME") else config.ROOT / "var" / default
    os.environ["TORIDE_HOME"] = str(where)
    return where


def lay_out(where: Path) -> None:
    """Migrates as the owner in a process of its own, then becomes the application."""
    import subprocess

    environment = os.environ | {"TORIDE_HOME": str(where)}
    done = subprocess.run([sys.executable, "-m", "toride", "migrate"], env=environment, check=False)
    if done.returncode:
        raise ConfigurationError("The stores could not be laid out; see above.")
    os.environ["DJANGO_SETTINGS_MODULE"] = "toride.settings"
    import django

    django.setup()


def _refuse_server_stores() -> None:
    if config.text("TORIDE_DATABASE_URL") and not config.flag("TORIDE_DEMO_ON_SERVER"):
        raise ConfigurationError(
            "TORIDE_DATABASE_URL is set. A demonstration would fill that database; "
            "unset it, or set TORIDE_DEMO_ON_SERVER=1 for an empty database of its own."
        )


def _run(host: str, port: int, workers: int, certificate: str | None, key: str | None) -> None:
    secure = ["--certificate", certificate, "--key", key] if certificate and key else []
    Supervisor(
        [
            Child("web", ["--host", host, "--port", str(port), "--workers", str(workers), *secure]),
            Child("worker", []),
            Child("trail", [], {"TORIDE_DB_ROLE": "sequencer"}),
        ]
    ).run()


def _free(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            raise ConfigurationError(
                f"Port {port} is in use. Choose another: ./toride demo --port {port + 1}"
            ) from None


def _certificate(where: Path, host: str, names: tuple[str, ...]) -> tuple[str, str]:
    """A certificate of the home's own authority, made once and again when it runs out or a name is new."""
    from toride.vault import tls

    wanted = list(dict.fromkeys((*names, host)))
    if not names and sys.stdin.isatty():
        typed = click.prompt("Host names that people will type (comma)", default=socket.getfqdn())
        wanted = [part.strip() for part in typed.split(",") if part.strip()] + [host]
    if all(part.replace(".", "").isdigit() for part in wanted if part not in LOOPBACK):
        click.echo("Warning: no host name given; passkeys need a name, not a bare address. Use --name.", err=True)
    certificate, key = tls.issue(where / "tls", wanted)
    click.echo(f"Certificate by this installation's own authority: trust {where / 'tls' / 'ca.pem'} on your machines.")
    return str(certificate), str(key)


def _new_password() -> str:
    given = config.text("TORIDE_ADMIN_PASSWORD")
    if given:
        return given
    if not sys.stdin.isatty():
        raise ConfigurationError("Set TORIDE_ADMIN_PASSWORD (or TORIDE_ADMIN_PASSWORD_FILE), or run in a terminal.")
    return str(click.prompt("Password (12 characters or more)", hide_input=True, confirmation_prompt=True))


def _who_can_sign_in(port: int) -> str:
    from toride.access.models import Person
    from toride.access.personas import NAMES

    people = Person.objects.filter(username__in=NAMES).select_related("branch", "department")
    lines = [f"  {person.username:10} {person.name}" for person in people.order_by("username")]
    return "\n".join(
        [
            f"Toride demonstration: http://localhost:{port}",
            "Who can sign in, at one click:",
            *lines,
            "Stop with Ctrl+C.",
        ]
    )
