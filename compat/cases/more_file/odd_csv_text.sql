-- The same as text without quotes.
-- modes: streaming, batch

CREATE TABLE odd (a STRING, t STRING, d STRING) WITH ('connector' = 'filesystem', 'path' = '${data}/odd.csv', 'format' = 'csv', 'csv.field-delimiter' = '|', 'csv.disable-quote-character' = 'true', 'csv.ignore-parse-errors' = 'true');

SELECT * FROM odd;
