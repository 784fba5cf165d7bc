-- An aggregate over windows with early and late results.
-- modes: streaming
-- parallelism: 1

SET 'table.exec.emit.early-fire.enabled' = 'true';
SET 'table.exec.emit.early-fire.delay' = '0 ms';
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

SELECT n, COUNT(*) AS windows, SUM(v) AS v FROM (SELECT COUNT(*) AS n, SUM(v) AS v FROM late GROUP BY k, TUMBLE(at_time, INTERVAL '20' SECOND)) GROUP BY n;
