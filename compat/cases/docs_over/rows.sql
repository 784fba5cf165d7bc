-- ROWS.
-- modes: streaming

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

SELECT id, account, SUM(amount) OVER (PARTITION BY account ORDER BY booked ROWS BETWEEN 2 PRECEDING AND CURRENT ROW) AS s, MAX(kind) OVER (PARTITION BY account ORDER BY booked ROWS BETWEEN 2 PRECEDING AND CURRENT ROW) AS m FROM ledger;
