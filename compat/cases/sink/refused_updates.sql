-- A file sink refuses updates.
-- modes: streaming
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

CREATE TABLE out_ (
  k INT,
  n BIGINT
) WITH (
  'connector' = 'filesystem',
  'path' = '${out}/out_',
  'format' = 'csv'
);

INSERT INTO out_ SELECT k, COUNT(*) FROM l GROUP BY k;
