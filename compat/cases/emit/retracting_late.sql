-- Early and late results over a changelog: late retractions correct and delete results.
-- modes: streaming
-- parallelism: 1

SET 'table.exec.emit.early-fire.enabled' = 'true';
SET 'table.exec.emit.early-fire.delay' = '0 ms';
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

SELECT TUMBLE_START(at_time, INTERVAL '20' SECOND) AS s, COUNT(*) AS n, SUM(v) AS v, MAX(v) AS top
FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY k ORDER BY at_time DESC) AS place FROM late) WHERE place = 1
GROUP BY TUMBLE(at_time, INTERVAL '20' SECOND);
