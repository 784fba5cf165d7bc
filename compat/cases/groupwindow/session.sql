-- Legacy SESSION; batch refuses it.
-- modes: streaming, batch
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

SELECT `user`, SESSION_START(at_time, INTERVAL '40' SECOND) AS s, SESSION_END(at_time, INTERVAL '40' SECOND) AS e, SESSION_ROWTIME(at_time, INTERVAL '40' SECOND) AS r, COUNT(*) AS n, SUM(duration_ms) AS d
FROM clicks GROUP BY `user`, SESSION(at_time, INTERVAL '40' SECOND);
