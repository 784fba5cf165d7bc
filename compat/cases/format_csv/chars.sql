-- Chars.
-- modes: streaming
-- parallelism: 1

CREATE TABLE t (a CHAR(2), b VARCHAR(3)) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/formats/chars.csv',
  'format' = 'csv'
);

SELECT * FROM t;
