-- fail-on-missing-field fails the job.
-- modes: streaming, batch
-- refused: streaming, batch

CREATE TABLE clicks (
  nothing INT
) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/clicks.json',
  'format' = 'json',
  'json.fail-on-missing-field' = 'true'
);

SELECT * FROM clicks;
