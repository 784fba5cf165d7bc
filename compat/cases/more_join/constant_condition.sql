-- ON TRUE, ON FALSE and ON of one side only.
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

SELECT 't' AS c, COUNT(*) AS n FROM l JOIN r ON TRUE
UNION ALL SELECT 'f', COUNT(*) FROM l LEFT JOIN r ON FALSE
UNION ALL SELECT 'one', COUNT(*) FROM l JOIN r ON l.v > 10 AND r.v < 3;
