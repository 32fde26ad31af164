"""Django's registration of this package."""

from django.apps import AppConfig


class KeyStore(AppConfig):
    name = "toride.vault.keystore"
    label = "keystore"
