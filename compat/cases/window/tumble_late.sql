-- Late rows are dropped in streaming, counted in batch.
-- modes: streaming, batch
-- parallelism: 1

CREATE TABLE late (
  id INT,
  k STRING,
  v INT,
  at_time TIMESTAMP(3),
  WATERMARK FOR at_time AS at_time - INTERVAL '5' SECOND
) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/late.csv',
  'format' = 'csv',
  'csv.null-literal' = 'NA'
);

SELECT k, window_start, window_end, COUNT(*) AS n, SUM(v) AS s, MIN(id) AS lo FROM TUMBLE(TABLE late, DESCRIPTOR(at_time), INTERVAL '20' SECOND) GROUP BY k, window_start, window_end;
