-- JSON with ISO times, and columns that are missing.
-- modes: streaming, batch

CREATE TABLE iso (id INT, `at` TIMESTAMP(3), zoned TIMESTAMP_LTZ(3), `day` DATE, clock TIME, amount DECIMAL(10, 3), flag BOOLEAN, text STRING, tags MAP<STRING, INT>, list ARRAY<ROW<a INT, b STRING>>, more ARRAY<INT>)
WITH ('connector' = 'filesystem', 'path' = '${data}/iso.json', 'format' = 'json', 'json.timestamp-format.standard' = 'ISO-8601', 'json.ignore-parse-errors' = 'true');

SELECT * FROM iso;
