-- print-identifier before each row.
-- modes: streaming, batch
-- printed

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

CREATE TABLE printed (
  k INT,
  name STRING
) WITH (
  'connector' = 'print',
  'print-identifier' = 'pairs'
);

INSERT INTO printed SELECT k, name FROM l WHERE v > 10;
