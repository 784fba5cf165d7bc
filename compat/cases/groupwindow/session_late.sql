-- Legacy SESSION drops late rows in streaming.
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

SELECT k, SESSION_START(at_time, INTERVAL '15' SECOND) AS s, SESSION_END(at_time, INTERVAL '15' SECOND) AS e, COUNT(*) AS n, SUM(v) AS v FROM late GROUP BY k, SESSION(at_time, INTERVAL '15' SECOND);
