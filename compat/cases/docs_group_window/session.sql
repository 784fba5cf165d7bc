-- SESSION.
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

SELECT account, SESSION_START(booked, INTERVAL '12' HOUR) AS s, SESSION_END(booked, INTERVAL '12' HOUR) AS e, SESSION_ROWTIME(booked, INTERVAL '12' HOUR) AS r, SUM(amount) AS a FROM ledger GROUP BY SESSION(booked, INTERVAL '12' HOUR), account;
