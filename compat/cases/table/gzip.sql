-- A gzip file is unpacked by its ending.
-- modes: streaming, batch

CREATE TABLE rates (
  currency STRING,
  rate DECIMAL(10, 4),
  valid_from TIMESTAMP(3)
) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/rates.csv.gz',
  'format' = 'csv'
);

SELECT currency, COUNT(*) AS n, MAX(rate) AS r, MIN(valid_from) AS f FROM rates GROUP BY currency;
