-- GROUPING SETS that are written twice give their rows twice.
-- modes: streaming, batch

CREATE TABLE ledger (id INT, account STRING, kind STRING, amount DECIMAL(12, 3), points INT, booked TIMESTAMP(3), WATERMARK FOR booked AS booked - INTERVAL '30' SECOND) WITH ('connector' = 'filesystem', 'path' = '${data}/ledger.csv', 'format' = 'csv', 'csv.null-literal' = 'NA');

SELECT account, COUNT(*) AS n, GROUPING(account) AS g FROM ledger GROUP BY GROUPING SETS ((account), (account), ());
