-- MIN and MAX of the time attribute, and the average of an integer.
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

SELECT window_end, MIN(at_time) AS a, MAX(at_time) AS b, AVG(v) AS c, COUNT(*) FILTER (WHERE k = 'a' AND v > 20) AS d FROM TUMBLE(TABLE late, DESCRIPTOR(at_time), INTERVAL '90' SECOND) GROUP BY window_start, window_end;
