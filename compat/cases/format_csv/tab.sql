-- Fields between tabs.
-- modes: streaming
-- parallelism: 1

CREATE TABLE t (a INT, b STRING, c DOUBLE) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/formats/tab.csv',
  'format' = 'csv',
  'csv.field-delimiter' = '\t'
);

SELECT * FROM t;
