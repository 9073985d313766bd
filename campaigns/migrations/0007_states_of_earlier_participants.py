"""Participants of before have the state that their orders say; those without an order stay proposed."""

from django.db import migrations

STATES = """
DO $$
DECLARE
    scope text := current_setting('app.organization', true);
    one bigint;
BEGIN
    FOR one IN SELECT id FROM tenancy_organization LOOP
        PERFORM set_config('app.organization', one::text, true);
        UPDATE campaigns_participant AS participant SET state = CASE
            WHEN fulfilled AND NOT is_open THEN 'done' WHEN fulfilled OR posting THEN 'posting' WHEN accepted THEN 'agreed' ELSE 'briefed' END
        FROM (
            SELECT campaign_id, account_id, bool_or(state = 'fulfilled') AS fulfilled,
                bool_or(state IN ('posting', 'in_review', 'rejected')) AS posting, bool_or(state = 'accepted') AS accepted,
                bool_or(state NOT IN ('fulfilled', 'rejected')) AS is_open
            FROM campaigns_order
            WHERE organization_id = one AND state IN ('sent', 'opened', 'accepted', 'posting', 'in_review', 'rejected', 'fulfilled')
            GROUP BY 1, 2
        ) AS ordered
        WHERE participant.organization_id = one AND participant.state = 'proposed'
            AND participant.campaign_id = ordered.campaign_id AND participant.account_id = ordered.account_id;
    END LOOP;
    PERFORM set_config('app.organization', coalesce(scope, ''), true);
END
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0006_counts_of_plans")]

    operations = [migrations.RunSQL(STATES, migrations.RunSQL.noop)]
