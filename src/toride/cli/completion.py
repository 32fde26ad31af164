"""`completion`: the shell completes commands, options and values; by click's own means."""

import click
from click.shell_completion import get_completion_class

from toride.base import terminal

SHELLS = ("bash", "zsh", "fish")


@click.command(cls=terminal.Command)
@click.argument("shell", type=click.Choice(SHELLS))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    r"""Print the completion script for your SHELL.

    \b
    bash: add to ~/.bashrc:                eval "$(/path/to/toride completion bash)"
    zsh:  add to ~/.zshrc after compinit:  eval "$(/path/to/toride completion zsh)"
    fish: /path/to/toride completion fish > ~/.config/fish/completions/toride.fish
    """
    kind = get_completion_class(shell)
    if kind is None:
        raise click.UsageError(f"No completion for {shell}.")
    click.echo(kind(ctx.find_root().command, {}, "toride", "_TORIDE_COMPLETE").source())
