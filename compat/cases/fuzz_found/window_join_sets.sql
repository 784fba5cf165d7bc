-- Grouping sets over a window join.
-- modes: streaming, batch

CREATE TABLE ledger (id INT, account STRING, kind STRING, amount DECIMAL(12, 3), points INT, booked TIMESTAMP(3), WATERMARK FOR booked AS booked - INTERVAL '30' SECOND) WITH ('connector' = 'filesystem', 'path' = '${data}/ledger.csv', 'format' = 'csv', 'csv.null-literal' = 'NA');

SELECT a.account, b.window_end, a.window_start, COUNT(*) AS n FROM (SELECT * FROM TUMBLE(TABLE ledger, DESCRIPTOR(booked), INTERVAL '1' DAY)) AS a JOIN (SELECT * FROM TUMBLE(TABLE ledger, DESCRIPTOR(booked), INTERVAL '1' DAY)) AS b ON a.window_start = b.window_start AND a.window_end = b.window_end AND a.kind = b.kind GROUP BY GROUPING SETS ((a.account, b.window_end, a.window_start), (a.account), (b.window_end), ());
