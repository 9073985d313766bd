from django.apps import AppConfig


class CrmConfig(AppConfig):
    name = "crm"

    def ready(self) -> None:
        from crm import purge, receivers  # noqa: F401, PLC0415 -- they register what they do
        from crm.queries import fields  # noqa: PLC0415 -- the same
        from crm.services import discovery, errands  # noqa: PLC0415 -- the same
        from crm.services.bulk import asking, own, runs  # noqa: PLC0415 -- the same
        from crm.services.exports import runs as exports  # noqa: PLC0415 -- the same
        from crm.services.imports import expiry, kinds  # noqa: PLC0415 -- the same
        from crm.services.mailings import rounds  # noqa: PLC0415 -- the same

        fields.register_own_rules()
        own.register_own_kinds()
        asking.register_asking()
        runs.register_work()
        errands.register_jobs()
        discovery.register_jobs()
        exports.register_jobs()
        kinds.register_jobs()
        expiry.register_work()
        rounds.register_work()
