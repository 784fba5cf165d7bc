-- Tree.
-- modes: streaming
-- parallelism: 1

CREATE TABLE t (a INT, b STRING, c DOUBLE) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/formats/j_tree.json',
  'format' = 'json',
  'json.decode.json-parser.enabled' = 'false'
);

SELECT * FROM t;
