-- JSON_VALUE, JSON_EXISTS, JSON_QUERY and IS JSON over good and bad text.
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

SELECT payload, JSON_VALUE(payload, '$.n') AS n, JSON_VALUE(payload, '$.n' RETURNING INT DEFAULT -1 ON EMPTY DEFAULT -2 ON ERROR) AS ni, JSON_VALUE(payload, 'lax $.tags[1]') AS t1,
  JSON_EXISTS(payload, '$.in.ok') AS ex, JSON_QUERY(payload, '$.in') AS q, JSON_QUERY(payload, '$.tags[*]' WITH WRAPPER) AS qw, payload IS JSON AS isj, payload IS JSON OBJECT AS iso, payload IS JSON ARRAY AS isa
FROM clicks;
