-- Computed columns over physical ones, used in the watermark.
-- modes: streaming, batch

CREATE TABLE sensors (
  sensor STRING,
  epoch_ms BIGINT,
  temperature DOUBLE,
  humidity INT,
  status STRING,
  fahrenheit AS temperature * 9 / 5 + 32,
  seen AS TO_TIMESTAMP_LTZ(epoch_ms, 3),
  label AS UPPER(sensor) || '-' || status,
  WATERMARK FOR seen AS seen - INTERVAL '5' SECOND
) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/sensors.csv',
  'format' = 'csv',
  'csv.null-literal' = 'NA'
);

SELECT label, fahrenheit, seen FROM sensors WHERE humidity > 60;
