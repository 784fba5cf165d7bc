-- Temperature per room and ten minutes from sensors whose readings come out of order.
--
-- A reading usually arrives within seconds, some arrive within half a minute, and a
-- few come minutes late because the gateway was offline. The watermark waits 30
-- seconds: what is later than that is dropped, and the summary says how many.
-- A larger interval drops less and shows its results later. (With -p 2 it also depends on
-- how far the other subtask has come, as in Flink.)
--
-- Run it from the repository's root:  go run ./cmd/flott run examples/iot/job.sql

CREATE TABLE readings (
  read_at     TIMESTAMP(3),
  room        STRING,
  temperature DOUBLE,
  WATERMARK FOR read_at AS read_at - INTERVAL '30' SECOND
) WITH (
  'connector' = 'filesystem',
  'path' = 'examples/iot/readings.csv',
  'format' = 'csv'
);

SELECT
  DATE_FORMAT(window_start, 'HH:mm') AS `from`,
  room,
  COUNT(*) AS readings,
  ROUND(MIN(temperature), 1) AS coldest,
  ROUND(AVG(temperature), 1) AS average,
  ROUND(MAX(temperature), 1) AS warmest
FROM TUMBLE(TABLE readings, DESCRIPTOR(read_at), INTERVAL '10' MINUTE)
GROUP BY window_start, window_end, room;
