-- FLOOR and CEIL to weeks.
-- modes: streaming, batch

CREATE TABLE moments (
  id INT,
  d DATE,
  t TIME,
  ts TIMESTAMP(3),
  ts9 STRING
) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/moments.csv',
  'format' = 'csv',
  'csv.null-literal' = 'NA'
);

SELECT id, FLOOR(ts TO WEEK) AS a, CEIL(ts TO WEEK) AS b, FLOOR(d TO WEEK) AS c FROM moments WHERE id NOT IN (8, 9, 10, 11);
