"""Django's registration of this package."""

from django.apps import AppConfig


class Access(AppConfig):
    name = "toride.access"
    label = "access"
