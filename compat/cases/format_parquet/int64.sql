-- Timestamps as INT64.
-- modes: streaming, batch

CREATE TABLE t (
  i INT,
  p TIMESTAMP(3),
  p6 TIMESTAMP(6)
) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/parquet/int64.parquet',
  'format' = 'parquet'
);

SELECT * FROM t;
