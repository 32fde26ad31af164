"""Django's registration of this package."""

from django.apps import AppConfig


class Customers(AppConfig):
    name = "toride.customers"
    label = "customers"

    def ready(self) -> None:
        from toride.customers import facts
        from toride.customers.finding import side

        facts.declare()
        side.declare()
