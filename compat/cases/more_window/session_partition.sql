-- SESSION with PARTITION BY two columns and named arguments.
-- modes: streaming

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

SELECT window_start, window_end, `user`, device, COUNT(*) AS n, SUM(duration_ms) AS d
FROM TABLE(SESSION(DATA => TABLE clicks PARTITION BY (`user`, device), TIMECOL => DESCRIPTOR(at_time), GAP => INTERVAL '20' SECONDS))
GROUP BY window_start, window_end, `user`, device;
