-- SESSION windows refuse late-fire.
-- modes: streaming
-- parallelism: 1
-- refused: streaming

SET 'table.exec.emit.late-fire.enabled' = 'true';
SET 'table.exec.emit.late-fire.delay' = '0 ms';
SET 'table.exec.emit.allow-lateness' = '10 s';

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

SELECT k, SESSION_START(at_time, INTERVAL '4' SECOND) AS s, COUNT(*) AS n FROM late GROUP BY k, SESSION(at_time, INTERVAL '4' SECOND);
