-- Trailing.
-- modes: streaming
-- parallelism: 1

CREATE TABLE t (a INT, b STRING) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/formats/trailing.csv',
  'format' = 'csv'
);

SELECT * FROM t;
