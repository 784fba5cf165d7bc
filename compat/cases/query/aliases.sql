-- Quoted names, names in other case, unicode and reserved words.
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

SELECT t.`k` AS `select`, t.v AS `größe`, t.name AS `a b`, k AS `from`, t.* FROM l AS t;
