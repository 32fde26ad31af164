"""Django's registration of this package."""

from django.apps import AppConfig


class Lists(AppConfig):
    name = "toride.lists"
    label = "lists"

    def ready(self) -> None:
        from toride.lists import actions, links  # noqa: F401 - declares the actions

        links.declare()
