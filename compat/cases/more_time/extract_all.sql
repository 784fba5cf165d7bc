-- EXTRACT of every unit from DATE, TIME and TIMESTAMP.
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

SELECT id, EXTRACT(YEAR FROM d) AS a, EXTRACT(QUARTER FROM ts) AS b, EXTRACT(MONTH FROM d) AS c, EXTRACT(WEEK FROM ts) AS e, EXTRACT(DAY FROM ts) AS f, EXTRACT(DOY FROM d) AS g, EXTRACT(DOW FROM ts) AS h, EXTRACT(HOUR FROM t) AS j, EXTRACT(MINUTE FROM ts) AS k, EXTRACT(SECOND FROM ts) AS l, EXTRACT(MILLISECOND FROM ts) AS m, EXTRACT(CENTURY FROM d) AS o, EXTRACT(DECADE FROM ts) AS p, EXTRACT(EPOCH FROM ts) AS q, EXTRACT(ISODOW FROM d) AS r, EXTRACT(ISOYEAR FROM d) AS s FROM moments WHERE id NOT IN (8, 9, 10);
