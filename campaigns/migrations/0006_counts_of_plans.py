"""A campaign's orders are counted by state, and the fees of its participants are added up, in hundredths.

`fees` are those of everybody who has not declined, `fees.agreed` those that are agreed.
"""

from django.db import migrations

TABLES = ("campaigns_order", "campaigns_participant")
DROP = "".join(
    f"DROP TRIGGER count_{what} ON {table};\n"
    for table in TABLES
    for what in ("inserted", "updated", "deleted")
)
COUNT = """
CALL tenancy_keep_count(
    'campaigns_order',
    'VALUES (campaign_id, ''orders'', 1), (campaign_id, ''orders.'' || state, 1), (0, ''orders.'' || state, 1)', 'campaign_id, state'
);
CALL tenancy_keep_count(
    'campaigns_participant',
    'SELECT * FROM (VALUES (campaign_id, ''participants'', 1::bigint), (campaign_id, ''fees'', CASE WHEN state <> ''declined'' THEN (fee * 100)::bigint END),
         (campaign_id, ''fees.agreed'', CASE WHEN state IN (''agreed'', ''posting'', ''done'') THEN (fee * 100)::bigint END)
     ) AS told(subject_id, name, amount) WHERE amount IS NOT NULL',
    'campaign_id, state, fee'
);
DO $$
DECLARE
    scope text := current_setting('app.organization', true);
    one bigint;
BEGIN
    FOR one IN SELECT id FROM tenancy_organization LOOP
        PERFORM set_config('app.organization', one::text, true);
        INSERT INTO tenancy_counter (organization_id, subject_id, name, amount)
        SELECT organization_id, campaign_id, 'orders.' || state, count(*) FROM campaigns_order
        WHERE organization_id = one GROUP BY 1, 2, 3;
    END LOOP;
    PERFORM set_config('app.organization', coalesce(scope, ''), true);
END
$$;
"""
UNCOUNT = (
    DROP
    + """
CALL tenancy_keep_count(
    'campaigns_order', 'VALUES (campaign_id, ''orders'', 1), (0, ''orders.'' || state, 1)', 'campaign_id, state'
);
CALL tenancy_keep_count('campaigns_participant', 'VALUES (campaign_id, ''participants'', 1)', 'campaign_id');
"""
)


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0005_plans")]

    operations = [migrations.RunSQL(DROP + COUNT, UNCOUNT)]
