from django.apps import AppConfig


class CrmConfig(AppConfig):
    name = "crm"

    def ready(self) -> None:
        from crm import receivers  # noqa: F401, PLC0415 -- needs the model registry
        from crm.services.bulk import register_jobs  # noqa: PLC0415 -- the same

        register_jobs()
