-- Several windows, functions that look ahead.
-- modes: batch

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

SELECT id, RANK() OVER (PARTITION BY account ORDER BY points DESC) AS r, DENSE_RANK() OVER (PARTITION BY account ORDER BY points DESC) AS d, LEAD(id) OVER (ORDER BY booked) AS nx, NTILE(4) OVER (ORDER BY id) AS q, PERCENT_RANK() OVER (PARTITION BY kind ORDER BY id) AS pr, CUME_DIST() OVER (PARTITION BY kind ORDER BY id) AS cd, LAST_VALUE(id) OVER (PARTITION BY account ORDER BY booked ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS la FROM ledger;
