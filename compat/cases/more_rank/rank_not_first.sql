-- RANK from two on in batch.
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

SELECT account, id, rk FROM (SELECT account, id, RANK() OVER (PARTITION BY account ORDER BY points) AS rk FROM ledger) WHERE rk BETWEEN 2 AND 9;
