-- SHUFFLE_HASH, SHUFFLE_MERGE and NEST_LOOP.
-- modes: batch

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

SELECT /*+ SHUFFLE_HASH(l) */ l.name, r.name AS other FROM l JOIN r ON l.k = r.k UNION ALL SELECT /*+ SHUFFLE_MERGE(r) */ l.name, r.name FROM l LEFT JOIN r ON l.k = r.k UNION ALL SELECT /*+ NEST_LOOP(l) */ l.name, r.name FROM l JOIN r ON l.k = r.k;
