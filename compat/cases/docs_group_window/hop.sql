-- HOP.
-- modes: streaming, batch

CREATE TABLE ledger (
  id INT,
  account STRING,
  kind STRING,
  amount DECIMAL(12, 3),
  points INT,
  booked TIMESTAMP(3),
  WATERMARK FOR booked AS booked - INTERVAL '30' SECOND
) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/ledger.csv',
  'format' = 'csv',
  'csv.null-literal' = 'NA'
);

SELECT HOP_START(booked, INTERVAL '1' DAY, INTERVAL '3' DAY) AS s, account, COUNT(*) AS n, SUM(points) AS p FROM ledger GROUP BY HOP(booked, INTERVAL '1' DAY, INTERVAL '3' DAY), account;
