-- Late rows and HAVING.
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

SELECT k, window_start, SUM(v) AS s, COUNT(DISTINCT v) AS d FROM HOP(TABLE late, DESCRIPTOR(at_time), INTERVAL '15' SECOND, INTERVAL '45' SECOND) GROUP BY k, window_start, window_end HAVING SUM(v) BETWEEN 50 AND 150;
