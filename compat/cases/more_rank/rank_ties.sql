-- RANK with ties in batch.
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

SELECT kind, id, points, rk FROM (SELECT kind, id, points, RANK() OVER (PARTITION BY kind ORDER BY points DESC) AS rk FROM ledger) WHERE rk <= 2;
