-- Window functions in FROM without an aggregate ignore early-fire.
-- modes: streaming
-- parallelism: 1

SET 'table.exec.emit.early-fire.enabled' = 'true';
SET 'table.exec.emit.early-fire.delay' = '0 ms';

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

SELECT window_start, id FROM TABLE(TUMBLE(TABLE late, DESCRIPTOR(at_time), INTERVAL '2' MINUTE));
