"""Django's registration of this package."""

from django.apps import AppConfig


class Audit(AppConfig):
    name = "toride.audit"
    label = "audit"
