-- Codes for some of the changes; the others are left out.
-- modes: streaming

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

CREATE TEMPORARY VIEW narrow AS SELECT sensor, humidity FROM sensors;

SELECT * FROM TO_CHANGELOG(input => TABLE narrow, op => DESCRIPTOR(code), op_mapping => MAP['INSERT, UPDATE_AFTER', 'u', 'DELETE', 'd']);
