from django.apps import AppConfig
from django.db.models.signals import post_migrate


class TenancyConfig(AppConfig):
    name = "tenancy"

    def ready(self) -> None:
        from tenancy.isolation import isolate_tables  # noqa: PLC0415 -- needs the model registry

        post_migrate.connect(isolate_tables, dispatch_uid="tenancy.isolate_tables")
