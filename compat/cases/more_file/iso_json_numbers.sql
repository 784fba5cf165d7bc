-- Numbers of JSON in other types.
-- modes: streaming, batch

CREATE TABLE iso (id BIGINT, amount DOUBLE, flag STRING, more ARRAY<STRING>, tags MAP<STRING, STRING>) WITH ('connector' = 'filesystem', 'path' = '${data}/iso.json', 'format' = 'json', 'json.ignore-parse-errors' = 'true');

SELECT * FROM iso;
