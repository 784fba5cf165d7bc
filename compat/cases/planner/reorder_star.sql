-- Inner joins in another order than written: a comma list.
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

CREATE TABLE r (
  k INT,
  name STRING,
  v INT
) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/pairs_right.csv',
  'format' = 'csv',
  'csv.null-literal' = 'NA'
);

SET 'table.optimizer.join-reorder-enabled' = 'true';

SELECT l.name, r.name AS other, m.v, n.name AS last FROM l, r, l AS m, r AS n WHERE l.k = r.k AND m.v = r.v AND n.k = m.k AND l.v > 1;
