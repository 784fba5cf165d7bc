-- TO_TIMESTAMP_LTZ, FROM_UNIXTIME and UNIX_TIMESTAMP.
-- modes: streaming, batch

CREATE TABLE sensors (
  sensor STRING,
  epoch_ms BIGINT,
  temperature DOUBLE,
  humidity INT,
  status STRING
) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/sensors.csv',
  'format' = 'csv',
  'csv.null-literal' = 'NA'
);

SELECT epoch_ms, TO_TIMESTAMP_LTZ(epoch_ms, 3) AS l3, TO_TIMESTAMP_LTZ(epoch_ms / 1000, 0) AS l0, FROM_UNIXTIME(epoch_ms / 1000) AS f, FROM_UNIXTIME(epoch_ms / 1000, 'yyyy/MM/dd') AS ff, UNIX_TIMESTAMP('2024-02-29 00:00:01') AS u, UNIX_TIMESTAMP(CAST(TO_TIMESTAMP_LTZ(epoch_ms, 3) AS STRING)) AS ul
FROM sensors WHERE status = 'fail';
