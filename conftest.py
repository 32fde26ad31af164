"""Fixtures of the whole suite live in tests/."""

pytest_plugins = ["tests.selection", "tests.budget", "tests.stores"]
