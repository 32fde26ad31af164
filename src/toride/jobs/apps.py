"""Django's registration of this package."""

from django.apps import AppConfig


class Jobs(AppConfig):
    name = "toride.jobs"
    label = "jobs"
