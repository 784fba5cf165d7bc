-- Conditions over three tables and over expressions.
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

SELECT l.name, r.name AS other, m.name AS third FROM l JOIN r ON l.k + 1 = r.k JOIN l AS m ON m.k = r.k AND m.v + l.v > r.v;
