-- More columns than the file has.
-- modes: streaming, batch

CREATE TABLE more_ (currency STRING, rate DECIMAL(10, 4), valid_from TIMESTAMP(3), nothing STRING, no_more INT) WITH ('connector' = 'filesystem', 'path' = '${data}/rates.csv', 'format' = 'csv', 'csv.ignore-parse-errors' = 'true');

SELECT currency, rate, nothing, no_more FROM more_ WHERE rate > 2;
