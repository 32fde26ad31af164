"""How commands speak: in the terminal's language, in columns for people, between tabs for programs."""

import os
import sys
import unicodedata
from collections.abc import Sequence
from typing import Any

import click
from click.core import ParameterSource
from django.utils.translation import gettext as _

JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")
NOTHING = "—"


class Command(click.Command):
    """Names every option and argument that is missing, not only the first."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        try:
            return super().parse_args(ctx, args)
        except click.MissingParameter as error:
            missing = [error.param, *self._also_missing(ctx, error.param)]
            if len(missing) < 2:  # noqa: PLR2004 - click says it well of one
                raise
            lines = [line for one in missing if one is not None for line in _wanted(one, ctx)]
            raise click.UsageError("\n".join(["Missing options:", *lines]), ctx) from None

    def _also_missing(self, ctx: click.Context, first: click.Parameter | None) -> list[click.Parameter]:
        rest = [one for one in self.get_params(ctx) if one.required and one is not first]
        return [one for one in rest if one.name not in ctx.params or _lacks(one, ctx)]


class Group(click.Group):
    """A group of such commands."""

    command_class = Command
    group_class = type


def language() -> str:
    """`ja` or `en`, as the terminal is set (LC_ALL, LC_MESSAGES, LANG)."""
    named = next((value for name in ("LC_ALL", "LC_MESSAGES", "LANG") if (value := os.environ.get(name))), "")
    return "ja" if named.lower().startswith("ja") else "en"


def table(rows: Sequence[Sequence[Any]], heads: Sequence[Any] = ()) -> None:
    """Columns that stand in line on a terminal, under their names; values between tabs anywhere else."""
    written = [[shown(value) for value in row] for row in rows]
    if not sys.stdout.isatty():
        for row in written:
            click.echo("\t".join("" if value == NOTHING else value for value in row))
        return
    if heads and written:
        written.insert(0, [str(head).upper() for head in heads])
    widths = [max(map(width, column), default=0) for column in zip(*written, strict=True)]
    for row in written:
        padded = [value + " " * (least - width(value)) for value, least in zip(row, widths, strict=True)]
        click.echo("  ".join(padded).rstrip())


def facts(pairs: Sequence[tuple[Any, Any]]) -> None:
    """Names and values, the values in line."""
    least = max((width(str(name)) for name, _value in pairs), default=0)
    for name, value in pairs:
        click.echo(f"  {name}{' ' * (least - width(str(name)))}  {shown(value)}".rstrip())


def shown(value: Any) -> str:
    """A value as people read it; nothing is a dash, several stand beside each other."""
    if value is None or value in ("", [], ()):
        return NOTHING
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list | tuple | set | frozenset):
        return ", ".join(map(str, value))
    return str(value)


def width(text: str) -> int:
    """How many columns a terminal needs for it: two for a character of full width (UAX 11)."""
    return sum(2 if unicodedata.east_asian_width(one) in "WF" else 1 for one in text if not unicodedata.combining(one))


def _lacks(one: click.Parameter, ctx: click.Context) -> bool:
    empty = ctx.params.get(one.name or "") in (None, ())
    return empty and ctx.get_parameter_source(one.name or "") in (None, ParameterSource.DEFAULT)


def _wanted(one: click.Parameter, ctx: click.Context) -> list[str]:
    """The parameter, what it is for and what may stand there."""
    said = "  " + " ".join(
        [*one.opts[:1], one.make_metavar(ctx)] if isinstance(one, click.Option) else [one.make_metavar(ctx)]
    )
    about = getattr(one, "help", None)
    choices = [name for name in getattr(one.type, "choices", ()) if name not in (about or "")]
    lines = [f"{said}  {about}" if about else said]
    return [*lines, f"      One of: {', '.join(choices)}"] if choices else lines
