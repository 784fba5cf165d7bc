-- Every early result is taken back by the next: what a print table gets.
-- modes: streaming
-- parallelism: 1
-- printed

SET 'table.exec.emit.early-fire.enabled' = 'true';
SET 'table.exec.emit.early-fire.delay' = '0 ms';
SET 'flott.table.exec.changelog' = 'per-record';
CREATE TABLE sums (k STRING, s TIMESTAMP(3), n BIGINT, v INT) WITH ('connector' = 'print');

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

INSERT INTO sums SELECT k, TUMBLE_START(at_time, INTERVAL '20' SECOND), COUNT(*), SUM(v) FROM late GROUP BY k, TUMBLE(at_time, INTERVAL '20' SECOND);
