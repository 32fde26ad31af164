"""Django's registration of this package."""

from django.apps import AppConfig


class Customers(AppConfig):
    name = "toride.customers"
    label = "customers"
