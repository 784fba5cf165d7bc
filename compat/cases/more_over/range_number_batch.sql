-- RANGE over numbers, both sides, in batch.
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

SELECT id, points, SUM(id) OVER (PARTITION BY kind ORDER BY points RANGE BETWEEN 1 PRECEDING AND 1 FOLLOWING) AS s, COUNT(*) OVER (ORDER BY points RANGE UNBOUNDED PRECEDING) AS c FROM ledger WHERE points IS NOT NULL;
