-- NULL for a NOT NULL column fails the job.
-- modes: streaming, batch
-- refused: streaming, batch

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
  k INT NOT NULL,
  n INT
) WITH (
  'connector' = 'filesystem',
  'path' = '${out}/out_',
  'format' = 'csv'
);

INSERT INTO out_ SELECT k, v FROM l;
