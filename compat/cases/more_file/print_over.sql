-- What print writes for OVER and for the first row of each key.
-- modes: streaming
-- printed

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

CREATE TABLE p (a INT, b STRING, c BIGINT) WITH ('connector' = 'print');

INSERT INTO p SELECT id, kind, COUNT(*) OVER (PARTITION BY kind ORDER BY booked ROWS BETWEEN 2 PRECEDING AND CURRENT ROW) FROM ledger UNION ALL SELECT id, account, 0 FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY account ORDER BY booked) AS rn FROM ledger) WHERE rn = 1;
