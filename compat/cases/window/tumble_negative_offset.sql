-- TUMBLE with a negative offset, aligned to days.
-- modes: batch

CREATE TABLE moments (
  id INT,
  d DATE,
  t TIME,
  ts TIMESTAMP(3),
  ts9 TIMESTAMP(9)
) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/moments.csv',
  'format' = 'csv',
  'csv.null-literal' = 'NA'
);

CREATE VIEW m AS SELECT id, ts FROM moments WHERE ts IS NOT NULL AND id NOT IN (8, 9, 10);

SELECT id, window_start, window_end FROM TUMBLE(TABLE m, DESCRIPTOR(ts), INTERVAL '1' DAY, INTERVAL '-8' HOUR);
