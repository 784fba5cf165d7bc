-- JSON fields that are missing, extra, or of other case.
-- modes: streaming, batch

CREATE TABLE clicks (
  `user` STRING,
  `User` STRING,
  nothing INT,
  duration_ms DOUBLE,
  at_time STRING
) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/clicks.json',
  'format' = 'json'
);

SELECT * FROM clicks WHERE `user` = 'eve';
