-- ARRAY_AGG and its cardinality.
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

SELECT kind, CARDINALITY(ARRAY_AGG(id)) AS a, CARDINALITY(ARRAY_AGG(DISTINCT points)) AS d FROM ledger GROUP BY kind;
