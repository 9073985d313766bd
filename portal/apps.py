from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "portal"

    def ready(self) -> None:
        from portal import errands  # noqa: PLC0415 -- needs the model registry
        from portal.copying import job as copying  # noqa: PLC0415 -- the same
        from portal.copying import purge  # noqa: F401, PLC0415 -- it registers what must go

        errands.register_jobs()
        copying.register_jobs()
