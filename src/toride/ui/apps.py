"""Django's registration of this package."""

from django.apps import AppConfig


class Ui(AppConfig):
    name = "toride.ui"
    label = "ui"
