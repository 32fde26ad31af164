"""Django's registration of this package."""

from django.apps import AppConfig


class Sales(AppConfig):
    name = "toride.sales"
    label = "sales"

    def ready(self) -> None:
        from toride.sales import deals  # noqa: F401 - declares the list and the panel
