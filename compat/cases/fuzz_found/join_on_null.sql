-- A join that compares with NULL is empty by its text: an aggregate without keys over it is a row.
-- modes: streaming, batch

CREATE TABLE ledger (id INT, account STRING, kind STRING, amount DECIMAL(12, 3), points INT, booked TIMESTAMP(3), WATERMARK FOR booked AS booked - INTERVAL '30' SECOND) WITH ('connector' = 'filesystem', 'path' = '${data}/ledger.csv', 'format' = 'csv', 'csv.null-literal' = 'NA');

SELECT COUNT(DISTINCT a.points) AS n, SUM(b.points) AS s FROM ledger AS a JOIN ledger AS b ON a.account = b.account AND a.points <= CAST(NULL AS INT);
