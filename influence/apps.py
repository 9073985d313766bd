from django.apps import AppConfig

from influence.celery import app as celery_app

__all__ = ["InfluenceConfig", "celery_app"]


class InfluenceConfig(AppConfig):
    """Loading it makes our Celery application the one that tasks are sent through."""

    name = "influence"

    def ready(self) -> None:
        from campaigns.queries.migration_page import has_migration  # noqa: PLC0415 -- needs the models
        from influence import checks  # noqa: F401, PLC0415 -- registers them, once the apps are there
        from tenancy.templatetags.organizations import show_settings_if  # noqa: PLC0415 -- the same

        show_settings_if("migration:page", has_migration)
