-- A JSON text in a number column fails the job; ignore-parse-errors makes it NULL.
-- modes: streaming, batch

CREATE TABLE clicks (
  `user` INT,
  duration_ms INT
) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/clicks.json',
  'format' = 'json',
  'json.ignore-parse-errors' = 'true'
);

SELECT * FROM clicks WHERE duration_ms > 4000;
