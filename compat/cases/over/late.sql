-- OVER drops rows behind the watermark in streaming.
-- modes: streaming
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

SELECT id, k, SUM(v) OVER (PARTITION BY k ORDER BY at_time RANGE BETWEEN INTERVAL '1' MINUTE PRECEDING AND CURRENT ROW) AS s FROM late;
