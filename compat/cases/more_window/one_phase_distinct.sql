-- Distinct aggregates in one phase.
-- modes: streaming, batch

CREATE TABLE bids (
  auction BIGINT,
  bidder BIGINT,
  price BIGINT,
  channel STRING,
  url STRING,
  `dateTime` TIMESTAMP(3),
  extra STRING,
  WATERMARK FOR `dateTime` AS `dateTime` - INTERVAL '4' SECOND
) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/bids.csv',
  'format' = 'csv',
  'csv.null-literal' = 'NA'
);

SET 'table.optimizer.agg-phase-strategy' = 'ONE_PHASE';

SELECT window_end, COUNT(DISTINCT bidder) AS b, COUNT(DISTINCT auction) FILTER (WHERE price > 300000) AS a, COUNT(DISTINCT channel) AS s FROM HOP(TABLE bids, DESCRIPTOR(`dateTime`), INTERVAL '15' SECOND, INTERVAL '60' SECOND) GROUP BY window_start, window_end;
