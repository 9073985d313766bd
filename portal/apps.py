from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "portal"

    def ready(self) -> None:
        from portal.errands import register_jobs  # noqa: PLC0415 -- needs the model registry

        register_jobs()
