-- A window over first rows: keep-first is insert-only.
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

CREATE VIEW firsts AS SELECT `user`, device, at_time FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY `user`, device ORDER BY at_time) AS rn FROM clicks) WHERE rn = 1;

SELECT window_start, COUNT(*) AS n FROM TUMBLE(TABLE firsts, DESCRIPTOR(at_time), INTERVAL '10' SECOND) GROUP BY window_start, window_end;
