-- ORDER BY and LIMIT keep the best in streaming.
-- modes: streaming, batch

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

SELECT id, amount, points FROM ledger ORDER BY amount DESC NULLS LAST, points NULLS FIRST, id LIMIT 12;
