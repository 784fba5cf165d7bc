-- DENSE_RANK with ties in batch.
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

SELECT kind, id, points, amount, dr FROM (SELECT *, DENSE_RANK() OVER (PARTITION BY kind ORDER BY points, amount DESC) AS dr FROM ledger) WHERE dr <= 2;
