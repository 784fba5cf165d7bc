-- Numbers.
-- modes: streaming
-- parallelism: 1

CREATE TABLE t (t TINYINT, s SMALLINT, i INT, l BIGINT, f FLOAT, d DOUBLE, e DECIMAL(10, 2)) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/formats/j_numbers.json',
  'format' = 'json',
  'json.ignore-parse-errors' = 'true'
);

SELECT * FROM t;
