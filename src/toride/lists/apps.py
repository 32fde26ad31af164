"""Django's registration of this package."""

from django.apps import AppConfig


class Lists(AppConfig):
    name = "toride.lists"
    label = "lists"

    def ready(self) -> None:
        from toride.lists import links

        links.declare()
