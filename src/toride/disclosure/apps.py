"""Django's registration of this package."""

from django.apps import AppConfig


class Disclosure(AppConfig):
    name = "toride.disclosure"
    label = "disclosure"

    def ready(self) -> None:
        from toride.disclosure import hooks  # noqa: F401 - declares what two people agree upon
