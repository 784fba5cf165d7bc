-- Quotes are characters.
-- modes: streaming
-- parallelism: 1

CREATE TABLE t (a INT, b STRING, c DOUBLE) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/formats/noquote.csv',
  'format' = 'csv',
  'csv.disable-quote-character' = 'true'
);

SELECT * FROM t;
