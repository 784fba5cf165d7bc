-- INSERT with a column list in another order; the rest is NULL.
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

SET 'execution.checkpointing.interval' = '300 ms';

CREATE TABLE out_ (
  a INT,
  b STRING,
  c INT,
  d BIGINT
) WITH (
  'connector' = 'filesystem',
  'path' = '${out}/out_',
  'format' = 'csv'
);

INSERT INTO out_ (c, a) SELECT v, k FROM l;
