from django.db import migrations

# The owner rewrites rows of all organizations: for the time of this transaction the policy does not bind it.
# What is a number, a yes or no, or a word of an enum stays in the event; all else may name somebody and goes beside it.
PART = """
ALTER TABLE tenancy_event NO FORCE ROW LEVEL SECURITY;

UPDATE tenancy_event SET verb = 'order.reconciled' WHERE verb = 'order.rechecked';

CREATE TEMPORARY TABLE part ON COMMIT DROP AS
SELECT e.id, d.key, d.value,
       jsonb_typeof(d.value) IN ('number', 'boolean') OR (e.verb, d.key) IN (
           ('campaign.changed', 'state'), ('membership.set', 'role'), ('api_key.created', 'scopes'),
           ('admin.second_factor_removed', 'type')
       ) AS lasts
FROM tenancy_event e, jsonb_each(e.detail) d;

INSERT INTO tenancy_eventtext (organization_id, event_id, label, detail)
SELECT e.organization_id, e.id, e.label,
       coalesce((SELECT jsonb_object_agg(key, value) FROM part WHERE part.id = e.id AND NOT lasts), '{}')
FROM tenancy_event e;

UPDATE tenancy_event e
SET detail = coalesce((SELECT jsonb_object_agg(key, value) FROM part WHERE part.id = e.id AND lasts), '{}')
WHERE detail <> '{}';

SET CONSTRAINTS ALL IMMEDIATE;
ALTER TABLE tenancy_event FORCE ROW LEVEL SECURITY;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('tenancy', '0003_one_stream_of_events'),
    ]

    operations = [
        migrations.RunSQL(PART, migrations.RunSQL.noop),
        migrations.RemoveField(model_name='event', name='label'),
    ]
