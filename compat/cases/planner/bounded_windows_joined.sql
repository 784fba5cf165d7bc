-- Windows joined by their end alone: a regular join that forgets.
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

SELECT a.window_end, a.k, a.n, b.top FROM (SELECT window_start, window_end, k, COUNT(*) AS n FROM TUMBLE(TABLE late, DESCRIPTOR(at_time), INTERVAL '10' SECOND) GROUP BY window_start, window_end, k) a JOIN (SELECT window_end, MAX(n) AS top FROM (SELECT window_start, window_end, k, COUNT(*) AS n FROM TUMBLE(TABLE late, DESCRIPTOR(at_time), INTERVAL '10' SECOND) GROUP BY window_start, window_end, k) GROUP BY window_end) b ON a.window_end = b.window_end AND a.n = b.top;
