-- Early results over a changelog: windows whose rows are all taken back are deleted.
-- modes: streaming
-- parallelism: 1

SET 'table.exec.emit.early-fire.enabled' = 'true';
SET 'table.exec.emit.early-fire.delay' = '0 ms';

CREATE TABLE late (
  id INT,
  k STRING,
  v INT,
  at_time TIMESTAMP(3),
  WATERMARK FOR at_time AS at_time - INTERVAL '1' HOUR
) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/late.csv',
  'format' = 'csv',
  'csv.null-literal' = 'NA'
);

SELECT TUMBLE_START(at_time, INTERVAL '20' SECOND) AS s, COUNT(*) AS n, SUM(v) AS v, MAX(v) AS top
FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY k ORDER BY at_time DESC) AS place FROM late) WHERE place = 1
GROUP BY TUMBLE(at_time, INTERVAL '20' SECOND);
