"""Orders that failed, or were cancelled without a video, do not count as ordered: `orders.videos`, and `orders.ordered` beside it.

The rule stands in `campaigns.queries.ordered`.
"""

from django.db import migrations

DROP = "".join(
    f"DROP TRIGGER count_{what} ON campaigns_order;\n" for what in ("inserted", "updated", "deleted")
)
BY_STATE = "VALUES (campaign_id, ''orders'', 1), (campaign_id, ''orders.'' || state, 1), (0, ''orders.'' || state, 1)"
VIDEOS = "CASE state WHEN 'failed' THEN 0 WHEN 'cancelled' THEN least(video_count, video_limit) ELSE video_limit END"
ORDERED = "(state <> 'failed' AND (state <> 'cancelled' OR video_count > 0))::int"
COLUMNS = "campaign_id, state, video_limit"


def anew(*counted: str) -> str:
    """Count these names anew in every organization."""
    names = ", ".join(f"'{each.split()[0]}'" for each in counted)
    told = ", ".join(f"('{name}', {amount})" for name, amount in (each.split(" ", 1) for each in counted))
    return f"""
DO $$
DECLARE
    scope text := current_setting('app.organization', true);
    one bigint;
BEGIN
    FOR one IN SELECT id FROM tenancy_organization LOOP
        PERFORM set_config('app.organization', one::text, true);
        DELETE FROM tenancy_counter WHERE organization_id = one AND name IN ({names});
        INSERT INTO tenancy_counter (organization_id, subject_id, name, amount)
        SELECT organization_id, campaign_id, told.name, sum(told.amount)
        FROM campaigns_order, LATERAL (VALUES {told}) AS told(name, amount)
        WHERE organization_id = one GROUP BY 1, 2, 3 HAVING sum(told.amount) <> 0;
    END LOOP;
    PERFORM set_config('app.organization', coalesce(scope, ''), true);
END
$$;
"""


def keep(told: str, columns: str) -> str:
    """Keep what the rows of orders tell."""
    return f"CALL tenancy_keep_count('campaigns_order', '{BY_STATE}, {told}', '{columns}');\n"


def quoted(sql: str) -> str:
    return sql.replace("'", "''")


TOLD = f"(campaign_id, ''orders.videos'', {quoted(VIDEOS)}), (campaign_id, ''orders.ordered'', {quoted(ORDERED)})"
COUNT = DROP + keep(TOLD, f"{COLUMNS}, video_count") + anew(f"orders.videos {VIDEOS}", f"orders.ordered {ORDERED}")
BEFORE = "(campaign_id, ''orders.videos'', video_limit)"
UNCOUNT = DROP + keep(BEFORE, COLUMNS) + anew("orders.videos video_limit", "orders.ordered 0")


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0028_lasting_replies")]

    operations = [migrations.RunSQL(COUNT, UNCOUNT)]
