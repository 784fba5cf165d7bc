-- JSON_OBJECTAGG and JSON_ARRAYAGG.
-- modes: streaming
-- parallelism: 1

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

SELECT JSON_OBJECTAGG(KEY name VALUE v) AS o, JSON_OBJECTAGG(KEY name VALUE v ABSENT ON NULL) AS oa, JSON_ARRAYAGG(v) AS a, JSON_ARRAYAGG(v NULL ON NULL) AS an FROM l WHERE k < 5;
