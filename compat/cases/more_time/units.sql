-- YEAR, QUARTER, MONTH, WEEK, DAYOFYEAR, DAYOFWEEK, HOUR, MINUTE, SECOND.
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

SELECT id, YEAR(d) AS a, QUARTER(d) AS b, MONTH(d) AS c, WEEK(d) AS e, DAYOFYEAR(d) AS f, DAYOFMONTH(d) AS g, DAYOFWEEK(d) AS h, HOUR(ts) AS j, MINUTE(ts) AS k, SECOND(ts) AS l FROM moments WHERE id NOT IN (8, 9, 10);
