"""Django's registration of this package."""

from django.apps import AppConfig


class Access(AppConfig):
    name = "toride.access"
    label = "access"

    def ready(self) -> None:
        from toride.access import approval_pages, people, purposes
        from toride.audit import naming
        from toride.ui import side

        naming.register(person=people.id_of)
        naming.register_purposes({code: purpose.label for code, purpose in purposes.SHIPPED.items()})
        side.declare_waiting(approval_pages.waiting)
