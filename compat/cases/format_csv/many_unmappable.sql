-- Many unmappable.
-- modes: streaming
-- parallelism: 1

CREATE TABLE t (a INT, b STRING, c DOUBLE) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/formats/many_unmappable.csv',
  'format' = 'csv',
  'csv.ignore-trailing-unmappable' = 'true'
);

SELECT * FROM t;
