-- LAG and LEAD with offsets and defaults in batch.
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

SELECT id, LAG(amount) OVER (PARTITION BY account ORDER BY id) AS a, LAG(id, 2, -1) OVER (PARTITION BY account ORDER BY id) AS b, LEAD(kind, 3, 'none') OVER (PARTITION BY account ORDER BY id) AS c, FIRST_VALUE(id) OVER (PARTITION BY account ORDER BY id) AS f, LAST_VALUE(id) OVER (PARTITION BY account ORDER BY id) AS l FROM ledger;
