-- CAST between numeric types: truncation, wrap-around, DECIMAL overflow.
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

SELECT id, CAST(bi AS INT) AS bi_int, CAST(i AS SMALLINT) AS i_small, CAST(i AS TINYINT) AS i_tiny, CAST(f AS INT) AS f_int,
  CAST(d AS BIGINT) AS d_big, CAST(dec10 AS INT) AS dec_int, CAST(dec10 AS DECIMAL(6, 1)) AS dec_6_1, CAST(i AS DOUBLE) AS i_double,
  CAST(dec38 AS DOUBLE) AS dec38_double, CAST(ti AS DECIMAL(5, 2)) AS ti_dec, CAST(b AS INT) AS b_int, CAST(i AS BOOLEAN) AS i_bool
FROM numbers;
