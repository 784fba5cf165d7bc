-- The SESSION TVF is refused in batch.
-- modes: batch
-- refused: batch

CREATE TABLE clicks (
  `user` STRING,
  url STRING,
  at_time TIMESTAMP(3),
  device STRING,
  duration_ms INT,
  payload STRING,
  WATERMARK FOR at_time AS at_time - INTERVAL '6' SECOND
) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/clicks.json',
  'format' = 'json'
);

SELECT window_start, window_end, COUNT(*) AS n FROM SESSION(TABLE clicks, DESCRIPTOR(at_time), INTERVAL '30' SECOND) GROUP BY window_start, window_end;
