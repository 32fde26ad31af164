"""Django's registration of this package."""

from django.apps import AppConfig


class Access(AppConfig):
    name = "toride.access"
    label = "access"

    def ready(self) -> None:
        from toride.access import purposes
        from toride.access.approvals import views
        from toride.access.people import registry
        from toride.audit import naming
        from toride.ui import side

        naming.register(person=registry.id_of)
        naming.register_purposes({code: purpose.label for code, purpose in purposes.SHIPPED.items()})
        side.declare_waiting(views.waiting_count)
