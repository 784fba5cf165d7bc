-- Aggregates of CASE over a partition.
-- modes: streaming, batch

CREATE TABLE ledger (
  id INT,
  account STRING,
  kind STRING,
  amount DECIMAL(12, 3),
  points INT,
  booked TIMESTAMP(3),
  WATERMARK FOR booked AS booked - INTERVAL '30' SECOND
) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/ledger.csv',
  'format' = 'csv',
  'csv.null-literal' = 'NA'
);

SELECT id, SUM(CASE WHEN kind = 'fee' THEN 1 ELSE 0 END) OVER (PARTITION BY account ORDER BY booked ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS fees, MIN(amount) OVER (PARTITION BY account ORDER BY booked ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS m FROM ledger;
