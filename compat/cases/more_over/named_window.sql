-- WINDOW clause with two aggregates of one frame.
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

SELECT id, COUNT(*) OVER w AS n, SUM(amount) OVER w AS s, AVG(points) OVER w AS a FROM ledger WINDOW w AS (PARTITION BY kind ORDER BY booked ROWS BETWEEN 3 PRECEDING AND CURRENT ROW);
