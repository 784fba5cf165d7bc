-- Another quote.
-- modes: streaming
-- parallelism: 1

CREATE TABLE t (a INT, b STRING, c DOUBLE) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/formats/quote.csv',
  'format' = 'csv',
  'csv.quote-character' = ''''
);

SELECT * FROM t;
