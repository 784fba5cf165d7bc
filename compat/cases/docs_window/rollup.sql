-- ROLLUP and CUBE in a window.
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

SELECT window_start, window_end, account, kind, SUM(points) AS total FROM TABLE(TUMBLE(TABLE ledger, DESCRIPTOR(booked), INTERVAL '7' DAYS)) GROUP BY window_start, window_end, CUBE (account, kind);
