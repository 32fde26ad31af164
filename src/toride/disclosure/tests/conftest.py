"""Who receives, for every test of webhooks."""

from toride.disclosure.tests.hooks import receiver

__all__ = ["receiver"]
