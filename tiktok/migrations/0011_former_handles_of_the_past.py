from django.db import migrations

# The owner reads rows of all organizations: for the time of this transaction the policies do not bind it.
FILL = """
ALTER TABLE tenancy_event NO FORCE ROW LEVEL SECURITY;
ALTER TABLE tenancy_eventtext NO FORCE ROW LEVEL SECURITY;
ALTER TABLE tiktok_creator NO FORCE ROW LEVEL SECURITY;
ALTER TABLE tiktok_formerhandle NO FORCE ROW LEVEL SECURITY;

INSERT INTO tiktok_formerhandle (organization_id, creator_id, handle, left_at)
SELECT e.organization_id, c.id, t.detail->>'earlier', max(e.at)
FROM tenancy_event e
JOIN tenancy_eventtext t ON t.event_id = e.id
JOIN tiktok_creator c ON c.id = e.object_id AND c.organization_id = e.organization_id
WHERE e.verb = 'creator.renamed' AND t.detail ? 'earlier'
GROUP BY 1, 2, 3
ON CONFLICT DO NOTHING;

UPDATE tiktok_creator c SET disputed_handle = said.handle
FROM (
    SELECT DISTINCT ON (e.object_id) e.organization_id, e.object_id, t.detail->>'handle' AS handle
    FROM tenancy_event e JOIN tenancy_eventtext t ON t.event_id = e.id
    WHERE e.verb = 'creator.handle_taken' AND t.detail ? 'handle'
    ORDER BY e.object_id, e.id DESC
) said
WHERE c.id = said.object_id AND c.organization_id = said.organization_id AND c.handle <> said.handle;

SET CONSTRAINTS ALL IMMEDIATE;
ALTER TABLE tenancy_event FORCE ROW LEVEL SECURITY;
ALTER TABLE tenancy_eventtext FORCE ROW LEVEL SECURITY;
ALTER TABLE tiktok_creator FORCE ROW LEVEL SECURITY;
ALTER TABLE tiktok_formerhandle FORCE ROW LEVEL SECURITY;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('tiktok', '0010_former_handles_and_lasting_proof'),
    ]

    operations = [migrations.RunSQL(FILL, migrations.RunSQL.noop)]
