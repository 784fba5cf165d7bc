-- IF NOT EXISTS, DROP and creating again.
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

CREATE TABLE IF NOT EXISTS l (a INT) WITH ('connector' = 'print');

CREATE VIEW v AS SELECT k FROM l;

DROP VIEW v;

DROP VIEW IF EXISTS v;

CREATE VIEW v AS SELECT name FROM l;

SELECT * FROM v;
