from django.apps import AppConfig

from influence.celery import app as celery_app

__all__ = ["InfluenceConfig", "celery_app"]


class InfluenceConfig(AppConfig):
    """Loading it makes our Celery application the one that tasks are sent through."""

    name = "influence"

    def ready(self) -> None:
        from influence import checks  # noqa: F401, PLC0415 -- registers them, once the apps are there
