-- SESSION per user.
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

SELECT `user`, window_start, window_end, COUNT(*) AS n, SUM(duration_ms) AS d, COUNT(DISTINCT device) AS devices
FROM SESSION(TABLE clicks PARTITION BY `user`, DESCRIPTOR(at_time), INTERVAL '40' SECOND)
GROUP BY `user`, window_start, window_end;
