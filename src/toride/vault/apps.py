"""Django's registration of this package."""

from django.apps import AppConfig


class Vault(AppConfig):
    name = "toride.vault"
    label = "vault"
