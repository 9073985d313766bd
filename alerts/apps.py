from django.apps import AppConfig


class AlertsConfig(AppConfig):
    name = "alerts"

    def ready(self) -> None:
        from alerts.services import finding, mailing, reading  # noqa: F401, PLC0415 -- they register what they do
