-- An aggregate over windows forgets its groups: late rows do not come so far.
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

SELECT window_end, MAX(n) AS top, COUNT(*) AS keys FROM (SELECT window_start, window_end, k, COUNT(*) AS n FROM TUMBLE(TABLE late, DESCRIPTOR(at_time), INTERVAL '10' SECOND) GROUP BY window_start, window_end, k) GROUP BY window_end;
