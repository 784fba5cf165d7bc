-- ROLLUP over the columns of a window: only the first set has both.
-- modes: streaming, batch

CREATE TABLE ledger (id INT, account STRING, kind STRING, amount DECIMAL(12, 3), points INT, booked TIMESTAMP(3), WATERMARK FOR booked AS booked - INTERVAL '30' SECOND) WITH ('connector' = 'filesystem', 'path' = '${data}/ledger.csv', 'format' = 'csv', 'csv.null-literal' = 'NA');

SELECT window_start, window_end, account, COUNT(*) AS n, MAX(points) AS p FROM TABLE(HOP(TABLE ledger, DESCRIPTOR(booked), INTERVAL '12' HOUR, INTERVAL '1' DAY)) GROUP BY ROLLUP (account, window_start, window_end);
