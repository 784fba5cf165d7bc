-- Reading time per article of a news site, where one article has gone viral.
--
-- Half of all views are of a single article, so the subtask that owns it would have
-- half of all the work. With two-phase aggregation every subtask first adds up
-- what it has read itself, and only the sums travel; with split distinct the readers
-- of one article are counted in buckets. EXPLAIN shows both as LocalGroupAggregate.
--
-- Run it from the repository's root:  go run ./cmd/flott run -p 2 examples/skew/job.sql

SET 'table.exec.mini-batch.enabled' = 'true';
SET 'table.exec.mini-batch.allow-latency' = '1 s';
SET 'table.exec.mini-batch.size' = '1000';
SET 'table.optimizer.agg-phase-strategy' = 'TWO_PHASE';
SET 'table.optimizer.distinct-agg.split.enabled' = 'true';

CREATE TABLE page_views (
  viewed_at TIMESTAMP(3),
  article   STRING,
  reader    STRING,
  seconds   INT
) WITH (
  'connector' = 'filesystem',
  'path' = 'examples/skew/views.json',
  'format' = 'json'
);

SELECT
  article,
  COUNT(*) AS hits,
  COUNT(DISTINCT reader) AS readers,
  SUM(seconds) AS seconds
FROM page_views
GROUP BY article
ORDER BY hits DESC, article
LIMIT 10;
