"""Django's registration of this package."""

from django.apps import AppConfig


class Customers(AppConfig):
    name = "toride.customers"
    label = "customers"

    def ready(self) -> None:
        from toride.customers import facts
        from toride.customers.finding import declaration, stars  # noqa: F401 - declares the list
        from toride.ui import side

        facts.declare()
        side.declare(stars.link)
