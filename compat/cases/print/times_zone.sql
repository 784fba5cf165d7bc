-- TIMESTAMP_LTZ is printed as an instant, whatever the session time zone is.
-- modes: streaming, batch
-- printed

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

SET 'table.local-time-zone' = 'America/New_York';

CREATE TABLE printed (
  id INT,
  l TIMESTAMP_LTZ(3)
) WITH (
  'connector' = 'print'
);

INSERT INTO printed SELECT id, CAST(ts AS TIMESTAMP_LTZ(3)) FROM moments WHERE id NOT IN (8, 9, 10, 11);
