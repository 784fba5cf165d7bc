-- Corrections of a window are late rows of the window above.
-- modes: streaming
-- parallelism: 1

SET 'table.exec.emit.late-fire.enabled' = 'true';
SET 'table.exec.emit.late-fire.delay' = '0 ms';
SET 'table.exec.emit.allow-lateness' = '5 min';

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

SELECT TUMBLE_START(r, INTERVAL '4' MINUTE) AS s, SUM(n) AS n, COUNT(*) AS w FROM (SELECT TUMBLE_ROWTIME(at_time, INTERVAL '1' MINUTE) AS r, COUNT(*) AS n FROM late GROUP BY TUMBLE(at_time, INTERVAL '1' MINUTE)) GROUP BY TUMBLE(r, INTERVAL '4' MINUTE);
