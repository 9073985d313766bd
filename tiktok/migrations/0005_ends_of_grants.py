"""Creators carry when the grant ends that they are seen through, beside its state."""

from django.db import migrations, models

FUNCTIONS = """
DROP TRIGGER leave_grant_state ON tiktok_creator;  -- it would leave what is filled here
CREATE OR REPLACE FUNCTION tiktok_keep_grant_states(ids bigint[]) RETURNS void LANGUAGE sql AS $$
UPDATE tiktok_creator AS kept SET grant_state = now.state, grant_ends_at = now.ends_at
FROM (
    SELECT creator.id, coalesce(connection.state, '') AS state, connection.refresh_expires_at AS ends_at
    FROM tiktok_creator AS creator
    LEFT JOIN tiktok_consent AS consent ON consent.creator_id = creator.id AND consent.withdrawn_at IS NULL
    LEFT JOIN tiktok_connection AS connection ON connection.id = consent.connection_id
    WHERE creator.id = ANY(ids)
) AS now
WHERE kept.id = now.id AND (kept.grant_state, kept.grant_ends_at) IS DISTINCT FROM (now.state, now.ends_at)
$$;
CREATE OR REPLACE FUNCTION tiktok_leave_grant_state() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.grant_state := OLD.grant_state;
    NEW.grant_ends_at := OLD.grant_ends_at;
    RETURN NEW;
END
$$;
"""
FILL = """
DO $$
DECLARE
    one bigint;
BEGIN
    FOR one IN SELECT id FROM tenancy_organization ORDER BY id LOOP
        PERFORM set_config('app.organization', one::text, true);
        PERFORM tiktok_keep_grant_states(array_agg(creator_id)) FROM tiktok_consent WHERE withdrawn_at IS NULL;
    END LOOP;
    PERFORM set_config('app.organization', '', true);
END
$$;
"""
TRIGGERS = """
DROP TRIGGER keep_grant_states ON tiktok_connection;
CREATE TRIGGER keep_grant_states AFTER UPDATE ON tiktok_connection FOR EACH ROW
WHEN ((OLD.state, OLD.refresh_expires_at) IS DISTINCT FROM (NEW.state, NEW.refresh_expires_at))
EXECUTE FUNCTION tiktok_keep_grant_states_of_connection();
CREATE TRIGGER leave_grant_state BEFORE UPDATE OF grant_state, grant_ends_at ON tiktok_creator FOR EACH ROW
WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION tiktok_leave_grant_state();
"""


class Migration(migrations.Migration):
    dependencies = [("tiktok", "0004_states_of_grants"), ("tenancy", "0006_single_sign_on_since")]

    operations = [
        migrations.AddField(
            model_name="creator",
            name="grant_ends_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.RunSQL(FUNCTIONS + FILL + TRIGGERS, migrations.RunSQL.noop),
    ]
