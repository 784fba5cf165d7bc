-- Dots.
-- modes: streaming
-- parallelism: 1

CREATE TABLE t (`a.b` INT, `a b` STRING) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/formats/j_dots.json',
  'format' = 'json'
);

SELECT * FROM t;
