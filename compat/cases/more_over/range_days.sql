-- A frame of days.
-- modes: streaming, batch
-- flink: streaming

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

SELECT id, COUNT(*) OVER (PARTITION BY kind ORDER BY booked RANGE BETWEEN INTERVAL '2' DAY PRECEDING AND CURRENT ROW) AS n, MAX(points) OVER (PARTITION BY kind ORDER BY booked RANGE BETWEEN INTERVAL '2' DAY PRECEDING AND CURRENT ROW) AS m FROM ledger;
