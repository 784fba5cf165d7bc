-- Grouping sets of which one leaves the window out: there its columns are NULL.
-- modes: streaming, batch

CREATE TABLE ledger (id INT, account STRING, kind STRING, amount DECIMAL(12, 3), points INT, booked TIMESTAMP(3), WATERMARK FOR booked AS booked - INTERVAL '30' SECOND) WITH ('connector' = 'filesystem', 'path' = '${data}/ledger.csv', 'format' = 'csv', 'csv.null-literal' = 'NA');

SELECT window_start, window_end, account, COUNT(*) AS n, SUM(points) AS p FROM TABLE(TUMBLE(TABLE ledger, DESCRIPTOR(booked), INTERVAL '1' DAY)) GROUP BY GROUPING SETS ((window_start, window_end, account), (account));
