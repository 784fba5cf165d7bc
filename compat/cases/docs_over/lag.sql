-- LAG with an offset and a default,.
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

SELECT id, LAG(amount) OVER w AS p, LAG(kind, 2, 'none') OVER w AS p2 FROM ledger WINDOW w AS (PARTITION BY account ORDER BY booked);
