-- ROW_NUMBER, RANK and DENSE_RANK side by side in batch.
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

SELECT id, ROW_NUMBER() OVER (PARTITION BY kind ORDER BY points, id) AS a, RANK() OVER (PARTITION BY kind ORDER BY points) AS b, DENSE_RANK() OVER (PARTITION BY kind ORDER BY points) AS c FROM ledger;
