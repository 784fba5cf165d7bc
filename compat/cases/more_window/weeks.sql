-- Windows of seven days begin on Thursdays.
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

SELECT window_start, window_end, kind, COUNT(*) AS n, SUM(amount) AS s, COUNT(DISTINCT account) AS a FROM TUMBLE(TABLE ledger, DESCRIPTOR(booked), INTERVAL '7' DAY) GROUP BY window_start, window_end, kind;
