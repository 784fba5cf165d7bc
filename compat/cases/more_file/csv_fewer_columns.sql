-- A csv table with fewer columns than the file, and with more.
-- modes: streaming, batch

CREATE TABLE few (id INT, account STRING) WITH ('connector' = 'filesystem', 'path' = '${data}/ledger.csv', 'format' = 'csv', 'csv.ignore-parse-errors' = 'true');

SELECT COUNT(*) AS n, MAX(id) AS m, COUNT(account) AS a FROM few;
