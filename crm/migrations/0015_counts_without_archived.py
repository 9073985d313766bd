"""The number of influencers is that of those who stand in the list: archived ones are not counted."""

from django.db import migrations

COUNT = """
DROP TRIGGER count_inserted ON crm_influencer;
DROP TRIGGER count_updated ON crm_influencer;
DROP TRIGGER count_deleted ON crm_influencer;
CALL tenancy_keep_count('crm_influencer', 'SELECT 0, ''influencers'', 1 WHERE archived_at IS NULL', 'archived_at');
-- Most updates are of other columns: an own function, whose plan is kept, asks them little.
CREATE FUNCTION crm_count_archived() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO tenancy_counter (organization_id, subject_id, name, amount)
    SELECT n.organization_id, 0, 'influencers', sum(CASE WHEN n.archived_at IS NULL THEN 1 ELSE -1 END)
    FROM new_rows AS n JOIN old_rows AS o ON o.id = n.id
    WHERE (n.archived_at IS NULL) <> (o.archived_at IS NULL)
    GROUP BY n.organization_id HAVING sum(CASE WHEN n.archived_at IS NULL THEN 1 ELSE -1 END) <> 0;
    RETURN NULL;
END
$$;
DROP TRIGGER count_updated ON crm_influencer;
CREATE TRIGGER count_updated AFTER UPDATE ON crm_influencer REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
FOR EACH STATEMENT EXECUTE FUNCTION crm_count_archived();
DO $$
DECLARE
    one bigint;
BEGIN
    FOR one IN SELECT id FROM tenancy_organization ORDER BY id LOOP
        PERFORM set_config('app.organization', one::text, true);
        INSERT INTO tenancy_counter (organization_id, subject_id, name, amount)
        SELECT one, 0, 'influencers', -count(*) FROM crm_influencer WHERE archived_at IS NOT NULL HAVING count(*) > 0;
    END LOOP;
    PERFORM set_config('app.organization', '', true);
END
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("crm", "0014_orders_by_every_column")]

    operations = [migrations.RunSQL(COUNT, migrations.RunSQL.noop)]
