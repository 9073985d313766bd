from django.db import migrations

# The owner moves rows of all organizations: for the time of this transaction the policies do not bind it.
MOVE = """
ALTER TABLE campaigns_orderevent NO FORCE ROW LEVEL SECURITY;
ALTER TABLE tenancy_event NO FORCE ROW LEVEL SECURITY;
ALTER TABLE tenancy_eventtext NO FORCE ROW LEVEL SECURITY;
ALTER TABLE campaigns_order NO FORCE ROW LEVEL SECURITY;
ALTER TABLE crm_socialaccount NO FORCE ROW LEVEL SECURITY;

CREATE TEMPORARY TABLE steps ON COMMIT DROP AS
SELECT nextval(pg_get_serial_sequence('tenancy_event', 'id')) AS event_id, step.*
FROM (
    SELECT e.organization_id, e.at, e.state, e.order_id, e.evidence, 'Order for @' || a.handle AS label
    FROM campaigns_orderevent e
    JOIN campaigns_order o ON o.id = e.order_id
    JOIN crm_socialaccount a ON a.id = o.account_id
    ORDER BY e.at, e.id
) step;

INSERT INTO tenancy_event (id, organization_id, at, verb, object_type, object_id, detail)
SELECT event_id, organization_id, at, 'order.' || state, 'campaigns.order', order_id, jsonb_build_object('state', state)
FROM steps;

INSERT INTO tenancy_eventtext (event_id, organization_id, label, detail)
SELECT event_id, organization_id, left(label, 200), jsonb_build_object('evidence', evidence) FROM steps;

SET CONSTRAINTS ALL IMMEDIATE;
ALTER TABLE tenancy_event FORCE ROW LEVEL SECURITY;
ALTER TABLE tenancy_eventtext FORCE ROW LEVEL SECURITY;
ALTER TABLE campaigns_order FORCE ROW LEVEL SECURITY;
ALTER TABLE crm_socialaccount FORCE ROW LEVEL SECURITY;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('campaigns', '0008_orders_found_by_mark_and_link_requests'),
        ('crm', '0005_sort_by_folded_name'),
        ('tenancy', '0004_part_texts_from_events'),
    ]

    operations = [
        migrations.RunSQL(MOVE, migrations.RunSQL.noop),
        migrations.DeleteModel('OrderEvent'),
    ]
