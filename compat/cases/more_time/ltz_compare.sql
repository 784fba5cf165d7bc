-- TIMESTAMP_LTZ compared with TIMESTAMP, DATE and text.
-- modes: streaming, batch

CREATE TABLE sensors (
  sensor STRING,
  epoch_ms BIGINT,
  temperature DOUBLE,
  humidity INT,
  status STRING,
  at_time AS TO_TIMESTAMP_LTZ(epoch_ms, 3)
) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/sensors.csv',
  'format' = 'csv',
  'csv.null-literal' = 'NA'
);

SET 'table.local-time-zone' = 'Asia/Tokyo';

SELECT sensor, epoch_ms, at_time > TIMESTAMP '2024-02-29 08:55:00.000' AS a, CAST(at_time AS DATE) AS d, at_time >= TO_TIMESTAMP_LTZ(1709164300000, 3) AS b, CAST(at_time AS STRING) AS s, HOUR(at_time) AS h, TIMESTAMPDIFF(SECOND, at_time, TO_TIMESTAMP_LTZ(1709164300000, 3)) AS df FROM sensors WHERE humidity > 95;
