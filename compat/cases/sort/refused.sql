-- ORDER BY a column that is no time, without LIMIT, is refused in streaming.
-- modes: streaming, batch
-- refused: streaming

CREATE TABLE l (
  k INT,
  name STRING,
  v INT
) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/pairs_left.csv',
  'format' = 'csv',
  'csv.null-literal' = 'NA'
);

SELECT name FROM l ORDER BY name;
