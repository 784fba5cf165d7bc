-- FLOOR and CEIL to every unit.
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

SELECT id, FLOOR(ts TO SECOND) AS a, FLOOR(ts TO MINUTE) AS b, FLOOR(ts TO HOUR) AS c, FLOOR(ts TO DAY) AS e, FLOOR(ts TO MONTH) AS f, FLOOR(ts TO YEAR) AS g, FLOOR(ts TO QUARTER) AS h, CEIL(ts TO MINUTE) AS j, CEIL(ts TO DAY) AS k, CEIL(ts TO MONTH) AS l, CEIL(d TO MONTH) AS m, FLOOR(d TO YEAR) AS o, CEIL(ts TO QUARTER) AS p, FLOOR(t TO HOUR) AS q FROM moments WHERE id NOT IN (8, 9, 10, 11);
