"""From the cut-over on the database refuses the old source, and a purge that has begun cannot be undone."""

from django.db import migrations

# Between cut-over and purge a row that stands may still be touched (its creator is merged, a name in its caption erased):
# refused are new ones and new numbers. SHARE makes a cut-over wait for an import that has written, so none slips through.
REFUSE = """
CREATE OR REPLACE FUNCTION tiktok_refuse_legacy() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM tiktok_legacymigration WHERE organization_id = NEW.organization_id FOR SHARE;
    IF EXISTS (SELECT FROM tiktok_legacymigration WHERE organization_id = NEW.organization_id AND {closed}) THEN
        RAISE EXCEPTION 'legacy data of this organization cannot come back: it has cut over'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'legacy_stays_gone';
    END IF;
    RETURN NEW;
END $$;
"""
VIDEO = "source, counts_source, counts_fetched_at, video_views, likes, comments, shares"
CREATOR = "profile_source, profile_fetched_at, follower_count, like_count, video_count"


def row(name: str, columns: str) -> str:
    return f"ROW({', '.join(f'{name}.{column}' for column in columns.split(', '))})"


def gates(table: str, condition: str, columns: str) -> str:
    return f"""
    DROP TRIGGER legacy_stays_gone ON {table};
    CREATE TRIGGER legacy_stays_gone AFTER INSERT ON {table}
        FOR EACH ROW WHEN ({condition}) EXECUTE FUNCTION tiktok_refuse_legacy();
    CREATE TRIGGER legacy_stays_as_it_is AFTER UPDATE ON {table}
        FOR EACH ROW WHEN (({condition}) AND {row("NEW", columns)} IS DISTINCT FROM {row("OLD", columns)})
        EXECUTE FUNCTION tiktok_refuse_legacy();
    """


# Of the migration itself: what let the purge begin stays, whoever asks; only the owner deletes an organization.
ONE_WAY = """
CREATE FUNCTION tiktok_keep_cut_over() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF OLD.cut_over_at IS NULL
            OR pg_has_role((SELECT relowner FROM pg_class WHERE oid = TG_RELID), 'USAGE') THEN
            RETURN OLD;
        END IF;
        RAISE EXCEPTION 'the record of a cut-over is never deleted';
    END IF;
    IF OLD.purged_at IS NOT NULL AND NEW.purged_at IS DISTINCT FROM OLD.purged_at THEN
        RAISE EXCEPTION 'the day of a purge is never changed';
    END IF;
    IF OLD.cut_over_at IS NOT NULL AND NEW.cut_over_at IS DISTINCT FROM OLD.cut_over_at
        AND EXISTS (SELECT FROM tiktok_purgerun WHERE organization_id = OLD.organization_id) THEN
        RAISE EXCEPTION 'the purge has begun: the cut-over cannot be reversed';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER cut_over_stays BEFORE UPDATE OR DELETE ON tiktok_legacymigration
    FOR EACH ROW EXECUTE FUNCTION tiktok_keep_cut_over();
"""


class Migration(migrations.Migration):
    dependencies = [("tiktok", "0011_creators_by_end_of_grant")]

    operations = [
        migrations.RunSQL(
            REFUSE.format(closed="cut_over_at IS NOT NULL"),
            REFUSE.format(closed="purged_at IS NOT NULL"),
        ),
        migrations.RunSQL(
            gates("tiktok_video", "NEW.source = 'legacy' OR NEW.counts_source = 'legacy'", VIDEO)
            + gates("tiktok_creator", "NEW.profile_source = 'legacy'", CREATOR),
            """
            DROP TRIGGER legacy_stays_as_it_is ON tiktok_video;
            DROP TRIGGER legacy_stays_as_it_is ON tiktok_creator;
            """,
        ),
        migrations.RunSQL(ONE_WAY, "DROP FUNCTION tiktok_keep_cut_over() CASCADE"),
    ]
