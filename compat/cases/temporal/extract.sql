-- EXTRACT of every common unit.
-- modes: streaming, batch

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

SELECT id, EXTRACT(YEAR FROM ts) AS y, EXTRACT(QUARTER FROM ts) AS q, EXTRACT(MONTH FROM d) AS mo, EXTRACT(WEEK FROM d) AS w, EXTRACT(DAY FROM ts) AS dy, EXTRACT(DOY FROM d) AS doy, EXTRACT(DOW FROM d) AS dow,
  EXTRACT(HOUR FROM ts) AS h, EXTRACT(MINUTE FROM t) AS mi, EXTRACT(SECOND FROM ts) AS s, EXTRACT(MILLISECOND FROM ts) AS ms, YEAR(d) AS yf, DAYOFWEEK(d) AS dowf, HOUR(ts) AS hf
FROM moments WHERE id NOT IN (8, 10);
