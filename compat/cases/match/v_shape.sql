-- A temperature that falls and rises again.
-- modes: streaming, batch

CREATE TABLE sensors (
  sensor STRING,
  epoch_ms BIGINT,
  temperature DOUBLE,
  humidity INT,
  status STRING,
  at_time AS TO_TIMESTAMP_LTZ(epoch_ms, 3),
  WATERMARK FOR at_time AS at_time - INTERVAL '5' SECOND
) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/sensors.csv',
  'format' = 'csv',
  'csv.null-literal' = 'NA'
);

SELECT * FROM sensors MATCH_RECOGNIZE (
  PARTITION BY sensor ORDER BY at_time
  MEASURES S.temperature AS top, LAST(D.temperature) AS bottom, LAST(U.temperature) AS again, COUNT(D.epoch_ms) AS falls, MATCH_ROWTIME() AS at_end
  ONE ROW PER MATCH
  AFTER MATCH SKIP PAST LAST ROW
  PATTERN (S D+ U)
  DEFINE
    D AS (LAST(D.temperature, 1) IS NULL AND D.temperature < S.temperature) OR D.temperature < LAST(D.temperature, 1),
    U AS U.temperature > LAST(D.temperature)
) AS m;
