-- LAG over event time.
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

SELECT id, LAG(id) OVER (PARTITION BY kind ORDER BY booked) AS a, LAG(amount, 2) OVER (PARTITION BY kind ORDER BY booked) AS b FROM ledger;
