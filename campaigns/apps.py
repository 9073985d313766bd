from django.apps import AppConfig


class CampaignsConfig(AppConfig):
    name = "campaigns"

    def ready(self) -> None:
        from campaigns import purge, receivers  # noqa: F401, PLC0415 -- they register what they do
        from campaigns.models import Order, Post  # noqa: PLC0415 -- the same
        from campaigns.queries import filters, followed_videos  # noqa: PLC0415 -- needs the models
        from campaigns.queries.reversible import order_reversals, participant_reversals  # noqa: PLC0415 -- the same
        from campaigns.queries.timeline import orders_of, posts_of  # noqa: PLC0415 -- the same
        from campaigns.services import briefs, bulk, errands, order_bulk  # noqa: PLC0415 -- needs the models
        from campaigns.services.legacy import checking, importing  # noqa: PLC0415 -- needs the models
        from campaigns.services.networks import detection  # noqa: PLC0415 -- needs the models
        from campaigns.services.networks.imports import subject  # noqa: PLC0415 -- needs the models
        from campaigns.services.orders import polling, syncing, templates  # noqa: PLC0415 -- needs the models
        from campaigns.services.publishing import polling as publications  # noqa: PLC0415 -- needs the models
        from campaigns.services.reviews import comments, telling  # noqa: PLC0415 -- needs the models
        from campaigns.services.spark import polling as sparks  # noqa: PLC0415 -- needs the models
        from crm.queries.reversible import register_reversals  # noqa: PLC0415 -- needs the models
        from crm.queries.timeline import tell_of  # noqa: PLC0415 -- needs the models
        from tiktok.enums import PollKind  # noqa: PLC0415 -- needs the models
        from tiktok.services.creators.videos import follow_videos  # noqa: PLC0415 -- needs the models
        from tiktok.services.polls.kinds import register_poll  # noqa: PLC0415 -- needs the models
        from tiktok.services.webhooks.events import on_linked_video  # noqa: PLC0415 -- needs the models

        filters.register_rules()
        syncing.register_jobs()
        errands.register_jobs()
        importing.register_jobs()
        bulk.register_own_kinds()
        order_bulk.register_bulk_jobs()
        checking.register_migration_jobs()
        detection.register_work()
        subject.register()
        telling.register_work()
        for each in (comments, briefs, templates):
            each.register_removables()
        register_poll(PollKind.ORDER, polling.sync_due_orders)
        sparks.register_jobs()
        publications.register_work()
        on_linked_video(polling.make_orders_due)
        follow_videos(followed_videos)
        tell_of(Order, orders_of)
        tell_of(Post, posts_of)
        register_reversals(participant_reversals)
        register_reversals(order_reversals)
