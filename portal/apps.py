from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "portal"

    def ready(self) -> None:
        from portal import errands  # noqa: PLC0415 -- needs the model registry
        from portal.copying import job as copying  # noqa: PLC0415 -- the same

        errands.register_jobs()
        copying.register_jobs()
