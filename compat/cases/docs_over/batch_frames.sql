-- Frames of all kinds.
-- modes: batch

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

SELECT id, SUM(points) OVER (PARTITION BY account ORDER BY id ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING) AS a, SUM(points) OVER (PARTITION BY account ORDER BY id ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING) AS b, SUM(points) OVER (PARTITION BY account ORDER BY points RANGE BETWEEN 2 PRECEDING AND 2 FOLLOWING) AS c, COUNT(*) OVER (PARTITION BY account) AS n, MIN(id) OVER (ORDER BY points DESC RANGE BETWEEN 1 PRECEDING AND CURRENT ROW) AS m FROM ledger;
