"""The videos that a campaign's orders are for are counted (`orders.videos`).

Orders to send and the sums of a whole campaign are found by indexes of their own, however many orders and accounts there are.
"""

from django.db import migrations, models

DROP = "".join(
    f"DROP TRIGGER count_{what} ON campaigns_order;\n" for what in ("inserted", "updated", "deleted")
)
BY_STATE = "VALUES (campaign_id, ''orders'', 1), (campaign_id, ''orders.'' || state, 1), (0, ''orders.'' || state, 1)"
COUNT = f"""
CALL tenancy_keep_count(
    'campaigns_order', '{BY_STATE}, (campaign_id, ''orders.videos'', video_limit)', 'campaign_id, state, video_limit'
);
DO $$
DECLARE
    scope text := current_setting('app.organization', true);
    one bigint;
BEGIN
    FOR one IN SELECT id FROM tenancy_organization LOOP
        PERFORM set_config('app.organization', one::text, true);
        INSERT INTO tenancy_counter (organization_id, subject_id, name, amount)
        SELECT organization_id, campaign_id, 'orders.videos', sum(video_limit) FROM campaigns_order
        WHERE organization_id = one GROUP BY 1, 2;
    END LOOP;
    PERFORM set_config('app.organization', coalesce(scope, ''), true);
END
$$;
"""
UNCOUNT = f"{DROP} CALL tenancy_keep_count('campaigns_order', '{BY_STATE}', 'campaign_id, state');"


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0024_order_templates")]

    operations = [
        migrations.RunSQL(DROP + COUNT, UNCOUNT),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(
                fields=["campaign"], condition=models.Q(("state", "created")), name="order_to_send"
            ),
        ),
        migrations.RemoveIndex(model_name="campaignresult", name="campaign_result_ranked"),
        migrations.AddIndex(
            model_name="campaignday",
            index=models.Index(
                fields=["campaign", "day"],
                condition=models.Q(("account__isnull", True)),
                name="campaign_day_of_all",
            ),
        ),
        migrations.AddIndex(
            model_name="campaignresult",
            index=models.Index(
                models.F("organization"),
                models.F("campaign"),
                models.OrderBy(models.F("score"), descending=True, nulls_last=True),
                models.F("id"),
                condition=models.Q(("account__isnull", False)),
                name="campaign_result_ranked",
            ),
        ),
    ]
