-- FIRST_VALUE, LAST_VALUE and LISTAGG in windows.
-- modes: streaming

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

SELECT window_start, kind, FIRST_VALUE(id) AS f, LAST_VALUE(amount) AS l, LISTAGG(account, '/') AS accounts, LISTAGG(DISTINCT account) AS d FROM TUMBLE(TABLE ledger, DESCRIPTOR(booked), INTERVAL '3' DAY) GROUP BY window_start, window_end, kind;
