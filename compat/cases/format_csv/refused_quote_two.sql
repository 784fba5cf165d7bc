-- Option quote-character is one character.
-- modes: streaming
-- parallelism: 1
-- refused: streaming

CREATE TABLE t (a INT, b STRING, c DOUBLE) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/formats/plain.csv',
  'format' = 'csv',
  'csv.quote-character' = ''''''
);

SELECT * FROM t;
