-- Where NULL stands by default.
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

SELECT * FROM (SELECT id, points FROM ledger ORDER BY points DESC, id LIMIT 15);
