-- Without a null literal, empty fields and NA.
-- modes: streaming, batch

CREATE TABLE raw_ (id INT, account STRING, kind STRING, amount STRING) WITH ('connector' = 'filesystem', 'path' = '${data}/ledger.csv', 'format' = 'csv', 'csv.ignore-parse-errors' = 'true');

SELECT id, account, account IS NULL AS n, amount FROM raw_ WHERE account NOT IN ('acc-1', 'acc-2') OR amount = 'NA';
