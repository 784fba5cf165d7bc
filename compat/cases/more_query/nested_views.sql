-- A view with column names, over a view, over a union.
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

CREATE VIEW both_ (key_, side, val) AS SELECT k, 'left', v FROM l UNION ALL SELECT k, 'right', v FROM r;
CREATE VIEW counted AS SELECT key_, side, COUNT(*) AS n, SUM(val) AS s FROM both_ GROUP BY key_, side;

SELECT * FROM counted WHERE n > 1 AND key_ IS NOT NULL;
