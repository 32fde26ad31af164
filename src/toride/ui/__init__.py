"""The design system: tokens, parts and the shell of every page."""
