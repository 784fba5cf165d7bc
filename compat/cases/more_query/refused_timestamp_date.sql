-- TIMESTAMP is not compared with DATE.
-- modes: streaming, batch
-- refused: streaming, batch

CREATE TABLE moments (
  id INT,
  d DATE,
  t TIME,
  ts TIMESTAMP(3),
  ts9 STRING
) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/moments.csv',
  'format' = 'csv',
  'csv.null-literal' = 'NA'
);

SELECT id FROM moments WHERE ts > d;
