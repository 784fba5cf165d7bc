-- Lines of text, taken apart in SQL.
-- modes: streaming, batch

CREATE TABLE lines_ (line STRING) WITH ('connector' = 'filesystem', 'path' = '${data}/rates.csv', 'format' = 'raw');

SELECT SPLIT_INDEX(line, ',', 0) AS c, COUNT(*) AS n, MAX(CAST(SPLIT_INDEX(line, ',', 1) AS DECIMAL(10, 4))) AS m FROM lines_ GROUP BY SPLIT_INDEX(line, ',', 0);
