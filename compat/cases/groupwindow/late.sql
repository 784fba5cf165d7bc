-- Legacy TUMBLE drops late rows in streaming.
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

SELECT k, TUMBLE_START(at_time, INTERVAL '20' SECOND) AS s, COUNT(*) AS n, SUM(v) AS v FROM late GROUP BY k, TUMBLE(at_time, INTERVAL '20' SECOND);
