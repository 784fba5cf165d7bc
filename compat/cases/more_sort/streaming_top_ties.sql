-- LIMIT with ties that a hidden key decides.
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

SELECT kind, points, id FROM ledger WHERE points IS NOT NULL ORDER BY points DESC, id LIMIT 9;
