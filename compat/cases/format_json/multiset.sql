-- Multiset.
-- modes: streaming
-- parallelism: 1

CREATE TABLE t (m MULTISET<STRING>) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/formats/j_multiset.json',
  'format' = 'json'
);

SELECT * FROM t;
