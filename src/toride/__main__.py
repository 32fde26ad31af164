"""`python -m toride`: the commands."""

from toride.cli import main

main()
