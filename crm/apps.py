from django.apps import AppConfig


class CrmConfig(AppConfig):
    name = "crm"

    def ready(self) -> None:
        from crm import purge, receivers  # noqa: F401, PLC0415 -- they register what they do
        from crm.queries import (  # noqa: PLC0415 -- the same
            import_rules,
            invitation_rules,
            money_rules,
            person_rules,
        )
        from crm.services import discovery, errands  # noqa: PLC0415 -- the same
        from crm.services.bulk import asking, dissolving, own, runs  # noqa: PLC0415 -- the same
        from crm.services.erasure import people as erasure  # noqa: PLC0415 -- the same
        from crm.services.exports import runs as exports  # noqa: PLC0415 -- the same
        from crm.services.imports import expiry, kinds, people  # noqa: PLC0415 -- the same
        from crm.services.mailings import rounds  # noqa: PLC0415 -- the same
        from crm.services.programs import bulk, forgetting  # noqa: PLC0415 -- the same
        from crm.services.removals import keeping  # noqa: F401, PLC0415 -- the same

        person_rules.register_person_rules()
        money_rules.register_money_rules()
        invitation_rules.register_invitation_rule()
        import_rules.register_import_rule()
        own.register_own_kinds()
        dissolving.register_dissolving()
        asking.register_asking()
        runs.register_work()
        errands.register_jobs()
        discovery.register_jobs()
        exports.register_jobs()
        people.register()
        kinds.register_jobs()
        expiry.register_work()
        rounds.register_work()
        erasure.register_work()
        forgetting.register_work()
        bulk.register_jobs()
