-- OPTIONS changes a table's options for one query.
-- modes: streaming, batch

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

SELECT * FROM l /*+ OPTIONS('csv.null-literal' = '14', 'csv.ignore-parse-errors' = 'true') */ WHERE k < 5;
