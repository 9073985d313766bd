from django.apps import AppConfig


class FilesConfig(AppConfig):
    name = "files"

    def ready(self) -> None:
        from files import receivers  # noqa: F401, PLC0415 -- connects them; needs the models
