"""Counts that are kept as changes, by triggers (decision 0016)."""

from django.db import migrations

FUNCTIONS = """
-- A trigger after a statement. Arguments: a SELECT or VALUES of (subject, name, amount) for a row; the columns that it
-- reads, beside organization_id and id; and where it reads another table, that table and the column that leads to its row,
-- which is locked against updates: what two transactions write at once is then counted by the later one.
CREATE FUNCTION tenancy_count() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    -- of each row before and after; a change that touches none of these columns counts nothing
    before text := 'SELECT organization_id, id, ' || TG_ARGV[1] || ' FROM old_rows';
    after text := 'SELECT organization_id, id, ' || TG_ARGV[1] || ' FROM new_rows';
    changed text := CASE TG_OP
        WHEN 'INSERT' THEN format('SELECT *, 1 AS sign FROM (%s) AS a', after)
        WHEN 'DELETE' THEN format('SELECT *, -1 AS sign FROM (%s) AS b', before)
        ELSE format('SELECT *, 1 AS sign FROM (%1$s EXCEPT ALL %2$s) AS a UNION ALL SELECT *, -1 FROM (%2$s EXCEPT ALL %1$s) AS b',
                    after, before)
    END;
BEGIN
    IF TG_NARGS > 2 THEN
        EXECUTE format('SELECT 1 FROM %I WHERE id IN (SELECT %I FROM (%s) AS c) ORDER BY id FOR NO KEY UPDATE', TG_ARGV[2], TG_ARGV[3], changed);
    END IF;
    EXECUTE format(
        'INSERT INTO tenancy_counter (organization_id, subject_id, name, amount)
         SELECT organization_id, counted.subject_id, counted.name, sum(counted.amount * sign)
         FROM (%s) AS changed, LATERAL (%s) AS counted(subject_id, name, amount)
         GROUP BY 1, 2, 3 HAVING sum(counted.amount * sign) <> 0', changed, TG_ARGV[0]);
    RETURN NULL;
END
$$;

-- Counts anew what the triggers count; of the organization in scope, if the policies bind who asks.
CREATE FUNCTION tenancy_recount() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    kept record;
BEGIN
    LOCK TABLE tenancy_counter IN SHARE ROW EXCLUSIVE MODE;
    DELETE FROM tenancy_counter;
    FOR kept IN
        SELECT DISTINCT tgrelid::regclass AS rows, split_part(encode(tgargs, 'escape'), '\\000', 1) AS counted
        FROM pg_trigger WHERE tgfoid = 'tenancy_count'::regproc AND tgname = 'count_inserted'
    LOOP
        EXECUTE format(
            'INSERT INTO tenancy_counter (organization_id, subject_id, name, amount)
             SELECT organization_id, counted.subject_id, counted.name, sum(counted.amount)
             FROM %s AS changed, LATERAL (%s) AS counted(subject_id, name, amount) GROUP BY 1, 2, 3', kept.rows, kept.counted);
    END LOOP;
END
$$;
"""
# Arguments: the table, the name of the triggers, and what `tenancy_count` is told.
TRIGGERS = """
CREATE PROCEDURE tenancy_keep_count(of_table text, VARIADIC told text[]) LANGUAGE plpgsql AS $$
DECLARE
    arguments text := (SELECT string_agg(quote_literal(one), ', ') FROM unnest(told) AS one);
BEGIN
    EXECUTE format('CREATE TRIGGER count_inserted AFTER INSERT ON %1$s REFERENCING NEW TABLE AS new_rows
                    FOR EACH STATEMENT EXECUTE FUNCTION tenancy_count(%2$s)', of_table, arguments);
    EXECUTE format('CREATE TRIGGER count_updated AFTER UPDATE ON %1$s REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
                    FOR EACH STATEMENT EXECUTE FUNCTION tenancy_count(%2$s)', of_table, arguments);
    EXECUTE format('CREATE TRIGGER count_deleted AFTER DELETE ON %1$s REFERENCING OLD TABLE AS old_rows
                    FOR EACH STATEMENT EXECUTE FUNCTION tenancy_count(%2$s)', of_table, arguments);
END
$$;
"""
BELONGS = """
ALTER TABLE tenancy_counter ADD CONSTRAINT counter_goes_with_its_organization FOREIGN KEY (organization_id)
    REFERENCES tenancy_organization (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED;
"""


class Migration(migrations.Migration):
    replaces = [("tenancy", "0011_second_factor_required")]
    dependencies = [("tenancy", "0001_initial")]

    operations = [
        migrations.RunSQL(
            FUNCTIONS + TRIGGERS + BELONGS,
            "DROP PROCEDURE tenancy_keep_count; DROP FUNCTION tenancy_recount(); DROP FUNCTION tenancy_count() CASCADE;",
        ),
    ]
