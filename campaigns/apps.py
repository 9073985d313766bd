from django.apps import AppConfig


class CampaignsConfig(AppConfig):
    name = "campaigns"

    def ready(self) -> None:
        from campaigns import purge  # noqa: F401, PLC0415 -- registers what campaigns must let go of
