"""The command line: one lazy group, so that a command loads only what it needs."""

import importlib
import os
import sys

import click

from toride.base import terminal
from toride.cli import examples

COMMANDS = {
    "access-review": "toride.access.reviews.commands:access_review",
    "api-key": "toride.access.machines.commands:api_key",
    "audit": "toride.audit.commands:audit",
    "backup": "toride.cli.backup:backup",
    "bench": "toride.cli.checks:bench",
    "branches": "toride.access.commands:branches",
    "check": "toride.cli.checks:check",
    "completion": "toride.cli.completion:completion",
    "customers": "toride.customers.commands:customers",
    "demo": "toride.cli.home:demo",
    "doctor": "toride.cli.doctor:doctor",
    "import": "toride.customers.imports.commands:import_file",
    "imports": "toride.customers.imports.commands:imports",
    "init": "toride.cli.home:init",
    "keys": "toride.vault.commands:keys",
    "migrate": "toride.cli.stores:migrate",
    "people": "toride.access.commands:people",
    "policy": "toride.access.commands:policy",
    "process": "toride.cli.supervisor:process",
    "restore": "toride.cli.backup:restore",
    "serve": "toride.cli.home:serve",
    "sign-in": "toride.access.commands:sign_in",
    "test": "toride.cli.checks:test",
    "token": "toride.access.commands:token",
}
# These set Django up themselves, or do without it.
WITHOUT_DJANGO = frozenset(
    {"bench", "check", "completion", "demo", "doctor", "init", "migrate", "process", "restore", "serve", "test"}
)
JOBS = {
    "Set up and run": ("demo", "init", "serve", "doctor", "migrate", "backup", "restore", "completion"),
    "Customers": ("customers", "import", "imports"),
    "People and access": ("people", "branches", "policy", "access-review", "sign-in", "api-key", "token"),
    "Audit trail and keys": ("audit", "keys"),
    "Development": ("test", "check", "bench"),
}


class Lazy(terminal.Group):
    """Finds a command's module when it is asked for; lists commands by job."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        target = COMMANDS.get(cmd_name)
        if target is None:
            return None
        if cmd_name not in WITHOUT_DJANGO:
            os.environ.setdefault("DJANGO_SETTINGS_MODULE", "toride.settings")
            import django

            django.setup()
            from django.utils import translation

            translation.activate(terminal.language())
        path, _, name = target.partition(":")
        module = importlib.import_module(path)
        if cmd_name == "keys":
            module.told = _tell_of_keys  # type: ignore[attr-defined] # the vault lies below the trail
        if cmd_name == "audit":
            from toride.access import command_line

            module.acting = command_line.permitted  # type: ignore[attr-defined] # the audit floor lies below access
        command: click.Command = getattr(module, name)
        examples.attach(command, cmd_name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        for job, names in JOBS.items():
            found = [(name, command) for name in names if (command := self.get_command(ctx, name))]
            with formatter.section(job):
                formatter.write_dl([(name, command.get_short_help_str(90)) for name, command in found])


@click.group(cls=Lazy, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(package_name=None, version="0.1.0", prog_name="toride")
def toride() -> None:
    """Toride: a CRM that protects customer information first.

    Run a command with --help for its options and examples.
    """


def _tell_of_keys(action: str, facts: dict[str, object]) -> None:
    """An act upon keys is an event before it happens: what cannot be recorded is not done.

    Raises Refused for a destruction outside a demonstration: two people agree on it, on a page.
    """
    from django.conf import settings

    from toride import audit
    from toride.access.command_line import door
    from toride.audit.sequencer import settle
    from toride.base.errors import Refused

    if action == "keys:generation:destroy" and not settings.DEMO:
        raise Refused(
            "Destroying keys needs two people: an administrator requests it at /access/keys/, another approves."
        )
    audit.note(None, door(), action, facts=facts)
    settle()


def main() -> None:
    """Runs a command; an expected error is one line on standard error and an exit code of its own."""
    from toride.base.errors import TorideError

    os.umask(0o077)
    try:
        toride(prog_name="toride")
    except TorideError as error:
        click.echo(f"toride: {_sentence(error)}", err=True)
        for note in getattr(error, "__notes__", ()):
            click.echo(f"  {note}", err=True)
        for field, problem in getattr(error, "fields", {}).items():
            click.echo(f"  {field}: {problem}", err=True)
        sys.exit(error.exit_code)
    except Exception as error:
        if not _is_of_before(error):
            raise
        click.echo(
            "toride: This home folder is from an earlier version. Run: ./toride migrate, then try again.", err=True
        )
        sys.exit(os.EX_CONFIG)


def _is_of_before(error: Exception) -> bool:
    """Did a statement meet a store whose migrations are not applied yet?"""
    if "django.db" not in sys.modules:
        return False
    from django.db import OperationalError, ProgrammingError

    if not isinstance(error, (OperationalError, ProgrammingError)):
        return False
    from toride.cli import doctor

    return doctor.is_behind()


def _sentence(error: Exception) -> str:
    """In the words of the pages and the language of the terminal, where Django stands."""
    from django.conf import settings

    if not settings.configured:
        return str(error)
    from django.utils import translation

    from toride.access import responses

    with translation.override(terminal.language()):
        return responses.sentence(error)  # type: ignore[arg-type]
