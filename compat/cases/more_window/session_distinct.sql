-- Distinct and filtered aggregates over sessions.
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

SELECT `user`, window_start, window_end, COUNT(DISTINCT device) AS dv, COUNT(DISTINCT url) FILTER (WHERE duration_ms > 1000) AS u, MAX(duration_ms) AS m, MIN(device) AS d
FROM SESSION(TABLE clicks PARTITION BY `user`, DESCRIPTOR(at_time), INTERVAL '12' SECOND)
GROUP BY `user`, window_start, window_end HAVING COUNT(*) > 1;
