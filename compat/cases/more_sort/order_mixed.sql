-- ORDER BY of several keys, both directions, NULLS FIRST and LAST.
-- modes: batch
-- ordered

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

SELECT id, account, points, amount FROM ledger ORDER BY account NULLS FIRST, points DESC NULLS LAST, amount, id DESC;
