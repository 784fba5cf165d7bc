-- TopN of an aggregate with mini-batch and two phases.
-- modes: streaming, batch

CREATE TABLE bids (
  auction BIGINT,
  bidder BIGINT,
  price BIGINT,
  channel STRING,
  url STRING,
  `dateTime` TIMESTAMP(3),
  extra STRING
) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/bids.csv',
  'format' = 'csv',
  'csv.null-literal' = 'NA'
);

SET 'table.exec.mini-batch.enabled' = 'true';
SET 'table.exec.mini-batch.allow-latency' = '1 s';
SET 'table.exec.mini-batch.size' = '50';
SET 'table.optimizer.agg-phase-strategy' = 'TWO_PHASE';

SELECT auction, bidder, n FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY auction ORDER BY n DESC, bidder) AS rn FROM (SELECT auction, bidder, COUNT(*) AS n FROM bids GROUP BY auction, bidder)) WHERE rn <= 1;
