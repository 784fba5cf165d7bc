-- NULL in ascending order, with OFFSET.
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

SELECT id, amount, kind FROM ledger ORDER BY amount, kind DESC, id OFFSET 5 ROWS FETCH NEXT 20 ROWS ONLY;
