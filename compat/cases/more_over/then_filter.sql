-- A filter on the OVER result, and arithmetic with it.
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

SELECT id, points - a AS above FROM (SELECT id, points, AVG(points) OVER (PARTITION BY kind ORDER BY booked ROWS BETWEEN 9 PRECEDING AND CURRENT ROW) AS a FROM ledger) WHERE points > a * 1.5;
