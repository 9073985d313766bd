"""Creators carry the state of the grant that they are seen through, kept by triggers."""

from django.db import migrations

FUNCTIONS = """
-- The state of the grant that these creators of the organization in scope are seen through: that of the consent that stands.
CREATE FUNCTION tiktok_keep_grant_states(ids bigint[]) RETURNS void LANGUAGE sql AS $$
UPDATE tiktok_creator AS kept SET grant_state = now.state
FROM (
    SELECT creator.id, coalesce(connection.state, '') AS state FROM tiktok_creator AS creator
    LEFT JOIN tiktok_consent AS consent ON consent.creator_id = creator.id AND consent.withdrawn_at IS NULL
    LEFT JOIN tiktok_connection AS connection ON connection.id = consent.connection_id
    WHERE creator.id = ANY(ids)
) AS now
WHERE kept.id = now.id AND kept.grant_state <> now.state
$$;

-- Consents came, changed or went. A grant whose state another transaction changes is waited for, or waits.
CREATE FUNCTION tiktok_keep_grant_states_of_consents() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'DELETE' THEN
        PERFORM 1 FROM tiktok_connection
        WHERE id IN (SELECT connection_id FROM new_rows WHERE withdrawn_at IS NULL) ORDER BY id FOR NO KEY UPDATE;
        PERFORM tiktok_keep_grant_states(array_agg(creator_id)) FROM new_rows;
    END IF;
    IF TG_OP <> 'INSERT' THEN
        PERFORM tiktok_keep_grant_states(array_agg(creator_id)) FROM old_rows;
    END IF;
    RETURN NULL;
END
$$;

-- A grant belongs to a person: its consents stand in all organizations that know the person, each seen in its own scope.
CREATE FUNCTION tiktok_keep_grant_states_of_connection() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    scope text := coalesce(current_setting('app.organization', true), '');
    one bigint;
BEGIN
    FOR one IN SELECT organization_id FROM tenancy_influencerlogin WHERE user_id = NEW.person_id ORDER BY 1 LOOP
        PERFORM set_config('app.organization', one::text, true);
        PERFORM tiktok_keep_grant_states(array_agg(creator_id)) FROM tiktok_consent
        WHERE connection_id = NEW.id AND withdrawn_at IS NULL;
    END LOOP;
    PERFORM set_config('app.organization', scope, true);
    RETURN NULL;
END
$$;

-- Who writes a whole row that was read before writes no earlier state of the grant with it.
CREATE FUNCTION tiktok_leave_grant_state() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.grant_state := OLD.grant_state;
    RETURN NEW;
END
$$;
"""
ROWS = {
    "insert": "NEW TABLE AS new_rows", "update": "OLD TABLE AS old_rows NEW TABLE AS new_rows", "delete": "OLD TABLE AS old_rows",
}
TRIGGERS = "".join(
    f"CREATE TRIGGER keep_grant_states_{event} AFTER {event.upper()} ON tiktok_consent REFERENCING {rows} "
    "FOR EACH STATEMENT EXECUTE FUNCTION tiktok_keep_grant_states_of_consents();\n"
    for event, rows in ROWS.items()
) + """
CREATE TRIGGER keep_grant_states AFTER UPDATE ON tiktok_connection FOR EACH ROW
WHEN (OLD.state IS DISTINCT FROM NEW.state) EXECUTE FUNCTION tiktok_keep_grant_states_of_connection();
CREATE TRIGGER leave_grant_state BEFORE UPDATE OF grant_state ON tiktok_creator FOR EACH ROW
WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION tiktok_leave_grant_state();
"""
UNDO = """
DROP FUNCTION tiktok_keep_grant_states_of_consents() CASCADE;
DROP FUNCTION tiktok_keep_grant_states_of_connection() CASCADE;
DROP FUNCTION tiktok_leave_grant_state() CASCADE;
DROP FUNCTION tiktok_keep_grant_states(bigint[]);
"""


class Migration(migrations.Migration):
    replaces = [("tiktok", "0024_keep_the_state_of_grants")]
    dependencies = [("tiktok", "0003_proof")]

    operations = [
        migrations.RunSQL(FUNCTIONS + TRIGGERS, UNDO),
    ]
