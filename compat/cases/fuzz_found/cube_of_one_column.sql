-- CUBE and ROLLUP of the same column twice repeat no set.
-- modes: streaming, batch

CREATE TABLE ledger (id INT, account STRING, kind STRING, amount DECIMAL(12, 3), points INT, booked TIMESTAMP(3), WATERMARK FOR booked AS booked - INTERVAL '30' SECOND) WITH ('connector' = 'filesystem', 'path' = '${data}/ledger.csv', 'format' = 'csv', 'csv.null-literal' = 'NA');

SELECT window_start, account, COUNT(*) AS n FROM TABLE(TUMBLE(TABLE ledger, DESCRIPTOR(booked), INTERVAL '1' DAY)) GROUP BY window_start, window_end, CUBE (account, account);
