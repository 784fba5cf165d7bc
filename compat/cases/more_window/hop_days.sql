-- Hops of one day over three days.
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

SELECT window_start, window_end, SUM(points) AS p, MAX(amount) AS m, COUNT(*) FILTER (WHERE kind = 'fee') AS fees FROM HOP(TABLE ledger, DESCRIPTOR(booked), INTERVAL '1' DAY, INTERVAL '3' DAY) GROUP BY window_start, window_end;
