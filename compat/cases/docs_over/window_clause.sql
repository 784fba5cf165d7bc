-- WINDOW w.
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

SELECT id, SUM(points) OVER w AS s, AVG(points) OVER w AS a, COUNT(DISTINCT kind) OVER w AS d FROM ledger WINDOW w AS (PARTITION BY account ORDER BY booked RANGE BETWEEN INTERVAL '3' DAY PRECEDING AND CURRENT ROW);
