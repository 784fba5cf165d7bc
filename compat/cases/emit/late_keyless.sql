-- Late rows make windows that had none.
-- modes: streaming
-- parallelism: 1

SET 'table.exec.emit.late-fire.enabled' = 'true';
SET 'table.exec.emit.late-fire.delay' = '0 ms';
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

SELECT TUMBLE_END(at_time, INTERVAL '2' MINUTE) AS e, COUNT(*) AS n, MIN(v) AS low, COUNT(DISTINCT k) AS ks FROM late GROUP BY TUMBLE(at_time, INTERVAL '2' MINUTE);
