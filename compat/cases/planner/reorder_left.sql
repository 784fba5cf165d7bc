-- A left join between inner joins changes its place.
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

SELECT l.name, r.name AS other, m.name AS third FROM l LEFT JOIN r ON l.k = r.k JOIN l AS m ON m.v = l.v JOIN r AS n ON n.k = m.k;
