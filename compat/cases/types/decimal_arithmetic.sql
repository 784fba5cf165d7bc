-- Precision and scale of + - * / % on DECIMAL.
-- modes: streaming, batch

CREATE TABLE numbers (
  id INT,
  ti TINYINT,
  si SMALLINT,
  i INT,
  bi BIGINT,
  f FLOAT,
  d DOUBLE,
  dec10 DECIMAL(10, 2),
  dec38 DECIMAL(38, 0),
  dec18 DECIMAL(18, 18),
  b BOOLEAN
) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/numbers.csv',
  'format' = 'csv',
  'csv.null-literal' = 'NA'
);

SELECT id, dec10 + dec18 AS total, dec10 - dec38 AS diff, dec10 * dec18 AS times, dec10 / dec18 AS div_, dec10 % 7.5 AS rem, dec10 * dec10 AS sq, dec10 / 3 AS third, -dec10 AS neg, dec10 + i AS mixed, dec10 * 1.5e0 AS dbl
FROM numbers
WHERE dec18 <> 0;
