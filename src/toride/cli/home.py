"""Sets up a home and runs it: init, serve, demo."""

import errno
import os
import socket
import sys
from pathlib import Path

import click

from toride.base import config, home, terminal
from toride.base.errors import ConfigurationError
from toride.cli.supervisor import Child, Supervisor

EVERYWHERE = {"0.0.0.0", "::"}  # noqa: S104 - named, not bound
LOOPBACK = {"127.0.0.1", "localhost", "::1"}
CUSTOMERS = 5_000
MOST_CUSTOMERS = 1_000_000


@click.command(cls=terminal.Command)
@click.option("--institution", prompt="Name of the institution", help="Name of the institution.")
@click.option("--admin", "username", prompt="Sign-in name of the first administrator", default="admin",
              help="Sign-in name of the first administrator.")  # fmt: skip
@click.option("--name", prompt="Their name", help="Full name of the first administrator.")
@click.option(
    "--branch", "branch_name", prompt="Name of the head office", default="本部", help="Name of the head office."
)
def init(institution: str, username: str, name: str, branch_name: str) -> None:
    """Set up an installation: home folder, keys and first administrator."""
    where = _home(default="toride")
    if home.is_finished(where):
        raise ConfigurationError(f"{where} already holds an installation ({home.kind(where)}).")
    password = _new_password()
    home.hold(where)
    home.create(where, demo=False, institution=institution)
    lay_out(where)
    _keys()
    _first_administrator(username, name, branch_name, password)
    home.finish(where)
    click.echo(f"Ready: {where}\nNext: ./toride serve --host crm.example.jp --port 8443")


@click.command(cls=terminal.Command)
@click.option("--host", default="127.0.0.1", show_default=True,
              help="Address to listen on; TLS is required unless it is loopback.")  # fmt: skip
@click.option("--port", type=click.IntRange(1, 65535), default=8443, show_default=True, help="Port to listen on.")
@click.option("--name", "names", multiple=True, help="Host name that people use; repeatable.")
@click.option("--certificate", type=click.Path(exists=True, dir_okay=False), help="TLS certificate chain (PEM).")
@click.option("--key", type=click.Path(exists=True, dir_okay=False), help="Private key of the certificate (PEM).")
@click.option("--no-tls", is_flag=True, help="Plain HTTP; loopback only.")
@click.option("--workers", type=click.IntRange(1, 64), default=2, show_default=True, help="Web worker processes.")
def serve(
    host: str, port: int, names: tuple[str, ...], certificate: str | None, key: str | None, no_tls: bool, workers: int
) -> None:
    """Serve for production use, over TLS 1.3 and HTTP/2."""
    where = _home(default="toride")
    if home.is_demo(where):
        raise ConfigurationError(
            f"{where} is a demo and can never be served for production use. "
            "Set TORIDE_HOME to another folder, then run: ./toride init"
        )
    if not home.is_finished(where):
        raise ConfigurationError(f"There is no finished installation in {where}. Make one with: ./toride init")
    if no_tls and host not in LOOPBACK:
        raise ConfigurationError(f"Without TLS only loopback is served, not {host}. Leave --no-tls out.")
    if bool(certificate) != bool(key):
        raise ConfigurationError("--certificate and --key belong together; give both or none.")
    home.hold(where)
    _free(host, port)
    hosts = _hosts(host, names)
    os.environ["TORIDE_TLS"] = "0" if no_tls else "1"
    os.environ["TORIDE_HOSTS"] = ",".join(hosts)
    lay_out(where)
    _keys()
    _say_what_waits()
    if not no_tls and not certificate:
        certificate, key = _certificate(where, hosts)
    click.echo(f"Toride serves {'http' if no_tls else 'https'}://{hosts[0]}:{port}")
    _run(host, port, workers, certificate, key)


@click.command(cls=terminal.Command)
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True, help="Port to listen on.")
@click.option("--customers", type=click.IntRange(0, MOST_CUSTOMERS), default=CUSTOMERS, show_default=True,
              help="Number of fictional customers.")  # fmt: skip
@click.option("--reset", is_flag=True, help="Delete the demo and build it again.")
@click.option("--no-serve", is_flag=True, help="Build the demo and exit.")
@click.option("--workers", type=click.IntRange(1, 64), default=2, show_default=True, help="Web worker processes.")
def demo(port: int, customers: int, reset: bool, no_serve: bool, workers: int) -> None:
    """Start a demo with fictional data, for this computer only (http://localhost:8000)."""
    where = _home(default="demo")
    if home.kind(where) == "real":
        raise ConfigurationError(f"{where} is a production installation; a demo never changes it.")
    if not no_serve:
        _free("127.0.0.1", port)
    home.hold(where)
    if home.is_demo(where) and (reset or not home.is_finished(where)):
        home.clear(where)
    fresh = not home.is_finished(where)
    if fresh:
        _refuse_server_stores()
        home.create(where, demo=True, institution="あおば信用金庫")
    os.environ["TORIDE_HOSTS"] = "localhost,127.0.0.1"
    lay_out(where)
    if fresh:
        from toride.demo import build

        _stand_empty()
        build.build(customers, say=lambda text: click.echo(text, err=True))
        home.finish(where)
    _keys()
    if no_serve:
        click.echo(f"Demo built: {where}")
        return
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


def _keys() -> None:
    """Opens a key of each kind, made where there is none: what cannot open keys does not start."""
    from toride.vault import keyring

    for kind in keyring.Kind:
        keyring.current(kind)


def _say_what_waits() -> None:
    """Rules and providers of before they were sealed, or altered since, hold only once they are confirmed."""
    from toride.access import restore

    altered, providers = restore.unconfirmed()
    if altered:
        click.echo(
            "The sign-in policy is not confirmed; the strictest rules apply. See: ./toride sign-in show", err=True
        )
    for one in providers:
        click.echo(
            f"{one.name} is not confirmed and not shown on the sign-in page. See: ./toride sign-in show", err=True
        )


def _stand_empty() -> None:
    """Databases on a server are emptied by those who run it, never by a demonstration."""
    from toride.access.models import Person
    from toride.audit import store
    from toride.vault import keyring

    if Person.objects.exists() or keyring.generations() or store.Trail().length():
        raise ConfigurationError(
            "The databases hold something already. A demonstration needs three empty ones: drop and create them again."
        )


def _first_administrator(username: str, name: str, branch_name: str, password: str) -> None:
    """The administrator; one whom an interrupted start left, and who never signed in, is made again."""
    from django.db import transaction
    from django.utils import translation

    from toride.access.models import Branch, Person
    from toride.access.people import registry
    from toride.access.signin import breached

    breached.check(password)
    with transaction.atomic(), translation.override("en"):
        branch, _ = Branch.objects.update_or_create(code="000", defaults={"name": branch_name})
        Person.objects.filter(username=username, last_login=None).delete()
        registry.add(username, name, roles=["admin"], branch=branch, rank=5, password=password)


def _free(host: str, port: int) -> None:
    try:
        family, kind, *_, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except PermissionError:
        raise ConfigurationError(f"Port {port} is reserved for root here; choose one from 1024 with --port.") from None
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise ConfigurationError(f"{host} is no address of this machine; choose another with --host.") from None
        raise ConfigurationError(f"Port {port} is in use. Choose another: --port {port % 65535 + 1}") from None


def _hosts(host: str, names: tuple[str, ...]) -> list[str]:
    """What people type to come here; asked where nothing was said and somebody is there."""
    if not names and host not in LOOPBACK and sys.stdin.isatty():
        typed = click.prompt("Host names that people will type (comma)", default=socket.getfqdn())
        names = tuple(part.strip() for part in typed.split(",") if part.strip())
    if not names and host not in LOOPBACK:
        click.echo("Warning: no host name given; passkeys need a name, not a bare address. Use --name.", err=True)
    return list(dict.fromkeys(part for part in (*names, host, "localhost") if part not in EVERYWHERE))


def _certificate(where: Path, hosts: list[str]) -> tuple[str, str]:
    """A certificate of the home's own authority, made anew when it runs out or a name is new."""
    from toride.vault import tls

    folder = where / "tls"
    if not (folder / "ca.key").exists():
        tls.make_ca(folder)
    if tls.is_due(folder, hosts):
        tls.issue(folder, hosts)
    click.echo(f"Certificate by this installation's own authority: trust {folder / 'ca.pem'} on your machines.")
    return str(folder / "server.pem"), str(folder / "server.key")


def _new_password() -> str:
    given = config.text("TORIDE_ADMIN_PASSWORD")
    if given:
        return given
    if not sys.stdin.isatty():
        raise ConfigurationError("Set TORIDE_ADMIN_PASSWORD (or TORIDE_ADMIN_PASSWORD_FILE), or run in a terminal.")
    return str(click.prompt("Password (12 characters or more)", hide_input=True, confirmation_prompt=True))


def _who_can_sign_in(port: int) -> str:
    from toride.access.models import Person
    from toride.access.signin.personas import NAMES

    people = Person.objects.filter(username__in=NAMES).select_related("branch", "department")
    lines = [f"  {person.username:10} {person.name}" for person in people.order_by("username")]
    return "\n".join(
        [
            f"Toride demo: http://localhost:{port}",
            "Sign in with one click as:",
            *lines,
            "Stop with Ctrl+C.",
        ]
    )
