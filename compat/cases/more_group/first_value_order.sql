-- FIRST_VALUE and LAST_VALUE skip NULL.
-- modes: streaming

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

SELECT kind, FIRST_VALUE(points) AS f, LAST_VALUE(points) AS l, FIRST_VALUE(account) FILTER (WHERE points > 4) AS ff, LAST_VALUE(account) AS la FROM ledger GROUP BY kind;
