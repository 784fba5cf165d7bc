-- All scalar types read from JSON.
-- modes: streaming, batch

CREATE TABLE clicks (
  `user` STRING,
  url STRING,
  at_time TIMESTAMP(3),
  device STRING,
  duration_ms INT,
  payload STRING
) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/clicks.json',
  'format' = 'json'
);

SELECT `user`, at_time, device, duration_ms, CHAR_LENGTH(payload) AS n FROM clicks;
