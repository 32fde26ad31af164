"""Django's registration of this package."""

from django.apps import AppConfig


class Work(AppConfig):
    name = "toride.work"
    label = "work"

    def ready(self) -> None:
        from toride.ui import side
        from toride.work import sources, today

        sources.declare_all()
        side.declare_today(today.of_request)
