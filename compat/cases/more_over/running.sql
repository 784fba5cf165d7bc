-- Running sums of two keys, by event time.
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

SELECT id, SUM(amount) OVER (PARTITION BY account, kind ORDER BY booked) AS balance, COUNT(points) OVER (PARTITION BY account, kind ORDER BY booked) AS n FROM ledger;
