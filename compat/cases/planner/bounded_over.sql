-- An aggregate by the time of OVER.
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

SELECT at_time, MAX(n) AS n, SUM(s) AS s FROM (SELECT at_time, COUNT(*) OVER (PARTITION BY k ORDER BY at_time) AS n, SUM(v) OVER (PARTITION BY k ORDER BY at_time) AS s FROM late) GROUP BY at_time;
