-- Aggregates over window functions in FROM ignore allow-lateness.
-- modes: streaming
-- parallelism: 1

SET 'table.exec.emit.allow-lateness' = '10 min';

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

SELECT window_start, COUNT(*) AS n FROM TABLE(TUMBLE(TABLE late, DESCRIPTOR(at_time), INTERVAL '2' MINUTE)) GROUP BY window_start, window_end;
