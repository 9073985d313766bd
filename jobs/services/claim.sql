-- Claim what is due: organizations in turn, and of each its kinds of work, so that neither a large organization nor a
-- backlog of one kind keeps the rest waiting. Where turns are equal, lots are drawn. The price does not grow with what is
-- due: of each organization and kind only the few oldest rows are read, by their index, and only of as many as there are
-- calls.
--   :now, :most_calls, :most_rows, :most_lost, :kinds as JSON [{"kind", "batch", "lease_seconds"}]
WITH kinds AS (
    SELECT * FROM jsonb_to_recordset(%(kinds)s::jsonb) AS k(kind text, batch int, lease_seconds float)
), owners AS (
    SELECT id AS owner FROM tenancy_organization
    UNION ALL
    SELECT 0  -- of no organization
), lots AS MATERIALIZED (
    SELECT owner, kind, batch FROM owners CROSS JOIN kinds ORDER BY random()
), pairs AS (
    SELECT owner, lots.kind, batch
    FROM lots CROSS JOIN LATERAL (
        SELECT FROM jobs_work AS work
        WHERE coalesce(organization_id, 0) = owner AND work.kind = lots.kind
            AND stopped_reason = '' AND lost_leases < %(most_lost)s AND available_at <= %(now)s
        ORDER BY available_at LIMIT 1
    ) AS any_due
    LIMIT %(most_calls)s
), shares AS (
    -- Twice what would be fair, for where others have less; whole calls.
    SELECT *, batch * greatest(1, least(
        ceil(2.0 * %(most_calls)s / count(*) OVER ()),
        ceil(2.0 * %(most_rows)s / count(*) OVER () / batch)))::int AS most
    FROM pairs
), due AS (
    SELECT id, owner, shares.kind,
        (row_number() OVER (PARTITION BY owner, shares.kind ORDER BY available_at, id) - 1) / batch AS call
    FROM shares CROSS JOIN LATERAL (
        SELECT id, available_at FROM jobs_work AS work
        WHERE coalesce(organization_id, 0) = owner AND work.kind = shares.kind
            AND stopped_reason = '' AND lost_leases < %(most_lost)s AND available_at <= %(now)s
        ORDER BY available_at LIMIT shares.most
    ) AS oldest
), calls AS (
    SELECT owner, call, array_agg(id) AS ids, count(*) AS size, random() AS lot
    FROM due GROUP BY owner, kind, call
), turns AS (  -- `turn` counts the owner's own rows that go before
    SELECT *, sum(size) OVER (PARTITION BY owner ORDER BY call, lot) - size AS turn FROM calls
), chosen AS (  -- `before` counts everybody's
    SELECT ids, row_number() OVER line AS place, sum(size) OVER line - size AS before
    FROM turns WINDOW line AS (ORDER BY turn, lot)
), locked AS MATERIALIZED (
    SELECT id FROM jobs_work
    WHERE id = ANY(ARRAY(
        SELECT unnest(ids) FROM chosen WHERE place <= %(most_calls)s AND before < %(most_rows)s
    )) AND stopped_reason = '' AND lost_leases < %(most_lost)s AND available_at <= %(now)s
    FOR UPDATE SKIP LOCKED
)
-- A lease that stands in the row was lost. Who has lost too many is not done now, but alone.
UPDATE jobs_work AS work SET
    lost_leases = lost_leases + (lease_until IS NOT NULL)::int,
    attempts = attempts + 1,
    lease_until = CASE WHEN lost_leases + (lease_until IS NOT NULL)::int < %(most_lost)s
        THEN %(now)s + make_interval(secs => lease_seconds) END
FROM locked CROSS JOIN kinds
WHERE work.id = locked.id AND work.kind = kinds.kind
RETURNING work.id, organization_id, person_id, work.kind, subject_id, attempts, lease_until
