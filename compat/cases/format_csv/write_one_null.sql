-- Written: one NULL.
-- modes: streaming
-- parallelism: 1

CREATE TABLE t (a STRING) WITH (
  'connector' = 'filesystem',
  'path' = '${out}/t',
  'format' = 'csv'
);

INSERT INTO t VALUES (CAST(NULL AS STRING)), ('x');
