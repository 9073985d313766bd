from django.apps import AppConfig


class MailConfig(AppConfig):
    name = "mail"

    def ready(self) -> None:
        from jobs.enums import Lane  # noqa: PLC0415 -- these need the model registry
        from jobs.services.queue import WorkKind, register_kind  # noqa: PLC0415 -- needs the models
        from mail import receivers  # noqa: F401, PLC0415 -- registers itself
        from mail.services.delivery import deliver  # noqa: PLC0415 -- needs the models
        from mail.services.outbox import WORK_KIND  # noqa: PLC0415 -- needs the models

        register_kind(WorkKind(WORK_KIND, Lane.MAIL, deliver, batch=10))
