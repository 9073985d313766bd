from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "jobs"

    def ready(self) -> None:
        from jobs.services.jobs import register_work  # noqa: PLC0415 -- needs the model registry

        register_work()
