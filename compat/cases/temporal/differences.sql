-- TIMESTAMPDIFF and TIMESTAMPADD in several units, with signs.
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

SELECT id, TIMESTAMPDIFF(DAY, TIMESTAMP '2000-01-31 12:00:00', ts) AS dd, TIMESTAMPDIFF(MONTH, TIMESTAMP '2000-01-31 12:00:00', ts) AS mm, TIMESTAMPDIFF(HOUR, ts, TIMESTAMP '2024-02-29 12:34:56') AS hh, TIMESTAMPDIFF(SECOND, ts, ts + INTERVAL '1' MINUTE) AS ss, TIMESTAMPDIFF(YEAR, d, DATE '2024-02-28') AS yy,
  TIMESTAMPADD(MONTH, 1, d) AS am, TIMESTAMPADD(SECOND, -61, ts) AS sa, TIMESTAMPADD(WEEK, 1, ts) AS w
FROM moments WHERE id NOT IN (8, 9, 10);
