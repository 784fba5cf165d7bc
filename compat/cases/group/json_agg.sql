-- JSON_OBJECTAGG and JSON_ARRAYAGG.
-- modes: streaming

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

SELECT k, JSON_ARRAYAGG(name) AS a, JSON_OBJECTAGG(KEY name VALUE v) AS o FROM l WHERE k IS NOT NULL GROUP BY k;
