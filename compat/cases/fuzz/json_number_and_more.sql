-- A number at the root of a JSON text ends with a blank or the text; 2024-02-29 is no JSON.
-- modes: streaming, batch

CREATE TABLE moments (id INT, d DATE, t TIME, ts TIMESTAMP(3), ts9 TIMESTAMP(9)) WITH ('connector' = 'filesystem', 'path' = '${data}/moments.csv', 'format' = 'csv', 'csv.null-literal' = 'NA');

SELECT id, CAST(ts AS STRING) IS JSON AS a, CAST(id AS STRING) || ' 12' IS JSON AS b, CAST(id AS STRING) || ',1' IS JSON AS c, '"x"' || CAST(id AS STRING) IS JSON AS d,
  JSON_VALUE(CAST(d AS STRING), 'lax $') AS e, JSON_QUERY('[1]' || CAST(id AS STRING), '$') AS f, '[' || CAST(d AS STRING) || ']' IS JSON AS g, JSON_EXISTS(CAST(ts AS STRING), '$.a') AS h FROM moments;
