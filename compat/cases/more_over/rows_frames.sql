-- Several frames over one order.
-- modes: batch

CREATE TABLE ledger (
  id INT,
  account STRING,
  kind STRING,
  amount DECIMAL(12, 3),
  points INT,
  booked TIMESTAMP(3)
) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/ledger.csv',
  'format' = 'csv',
  'csv.null-literal' = 'NA'
);

SELECT id, SUM(amount) OVER (PARTITION BY kind ORDER BY id ROWS BETWEEN 2 PRECEDING AND CURRENT ROW) AS a, COUNT(*) OVER (PARTITION BY kind ORDER BY id ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING) AS b,
  MAX(amount) OVER (PARTITION BY kind ORDER BY id ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS c, MIN(points) OVER (PARTITION BY kind ORDER BY id ROWS BETWEEN CURRENT ROW AND 3 FOLLOWING) AS d FROM ledger;
