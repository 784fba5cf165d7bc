-- Three keys of order with NULLs and both directions.
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

SELECT id, kind, amount, points FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY kind ORDER BY points ASC NULLS LAST, amount DESC NULLS FIRST, id DESC) AS rn FROM ledger) WHERE rn <= 4;
