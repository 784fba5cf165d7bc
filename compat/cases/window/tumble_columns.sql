-- The window TVF alone: every column, start, end and time.
-- modes: streaming, batch

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

SELECT id, at_time, window_start, window_end, window_time FROM TUMBLE(TABLE late, DESCRIPTOR(at_time), INTERVAL '30' SECONDS);
