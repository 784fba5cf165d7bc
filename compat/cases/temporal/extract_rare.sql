-- EXTRACT of ISODOW, ISOYEAR, DECADE, CENTURY, MILLENNIUM, EPOCH.
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

SELECT id, EXTRACT(ISODOW FROM d) AS isodow, EXTRACT(ISOYEAR FROM d) AS isoyear, EXTRACT(DECADE FROM d) AS dec_, EXTRACT(CENTURY FROM d) AS cen, EXTRACT(MILLENNIUM FROM d) AS mil, EXTRACT(EPOCH FROM ts) AS ep
FROM moments WHERE id NOT IN (8, 10);
