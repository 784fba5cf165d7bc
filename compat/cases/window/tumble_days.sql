-- Windows of a day around the epoch and before, with an offset of minus eight hours.
-- modes: batch

CREATE TABLE moments (
  id INT,
  d DATE,
  t TIME,
  ts TIMESTAMP(3),
  ts9 TIMESTAMP(9),
  WATERMARK FOR ts AS ts
) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/moments.csv',
  'format' = 'csv',
  'csv.null-literal' = 'NA'
);

SELECT id, ts, window_start, window_end, window_time FROM TUMBLE(TABLE moments, DESCRIPTOR(ts), INTERVAL '1' DAY, INTERVAL '-8' HOUR) WHERE ts > TIMESTAMP '1800-01-01 00:00:00' AND id NOT IN (9, 15); -- 9 ends in the year 10000, which Flink writes as 0000
