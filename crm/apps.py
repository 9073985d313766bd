from django.apps import AppConfig


class CrmConfig(AppConfig):
    name = "crm"

    def ready(self) -> None:
        from crm import receivers  # noqa: F401, PLC0415 -- needs the model registry
