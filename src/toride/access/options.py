"""Options that commands have in common: who acts, and for what purpose of use."""

import click

from toride.access import purposes

WHO = "Sign-in name of the person who acts. Default: the holder of TORIDE_TOKEN; in a demo, someone with such a role."
AS = click.option("--as", "username", metavar="USER", help=WHO)
ACTING_AS = click.option("--as", "acting_as", metavar="USER", help=WHO)
CODES = ", ".join(purposes.SHIPPED)
OF_USE = click.Choice(list(purposes.SHIPPED))
PURPOSE = click.option(
    "--purpose", required=True, metavar="PURPOSE", type=OF_USE, help=f"Purpose of use: {CODES}."
)  # fmt: skip
ANY_PURPOSE = click.option(
    "--purpose", metavar="PURPOSE", type=OF_USE,
    help=f"Purpose of use: {CODES}. Default: the first that the role has for this.",
)  # fmt: skip
