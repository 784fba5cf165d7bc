-- Row dates.
-- modes: streaming
-- parallelism: 1

CREATE TABLE t (a ROW<x DATE, y TIMESTAMP(3)>, b INT) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/formats/row_dates.csv',
  'format' = 'csv'
);

SELECT * FROM t;
