-- csv out with delimiter, quote, null literal, arrays and rows.
-- modes: streaming, batch

CREATE TABLE nested (
  id INT,
  ints ARRAY<INT>,
  texts ARRAY<STRING>,
  matrix ARRAY<ARRAY<INT>>,
  counts MAP<STRING, INT>,
  `inner` ROW<a INT, b STRING, c ROW<`when` TIMESTAMP(3), `sum` DOUBLE>>,
  `lines` ARRAY<ROW<a INT, b STRING, c ROW<`when` TIMESTAMP(3), `sum` DOUBLE>>>,
  lookup MAP<STRING, ROW<a INT, b STRING, c ROW<`when` TIMESTAMP(3), `sum` DOUBLE>>>
) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/nested.json',
  'format' = 'json'
);

SET 'execution.checkpointing.interval' = '300 ms';

CREATE TABLE out_ (id INT, texts ARRAY<STRING>, r ROW<a INT, b STRING>, s STRING, d DECIMAL(20, 10), f DOUBLE, b BOOLEAN, ts TIMESTAMP(3), dt DATE, tm TIME) WITH ('connector' = 'filesystem', 'path' = '${out}/o', 'format' = 'csv', 'csv.field-delimiter' = ';', 'csv.quote-character' = '''', 'csv.null-literal' = 'n/a', 'csv.array-element-delimiter' = '+');

INSERT INTO out_ SELECT id, texts, ROW(`inner`.a, `inner`.b), CASE MOD(id, 4) WHEN 0 THEN 'a;b' WHEN 1 THEN 'it''s' WHEN 2 THEN '' END, CAST(id AS DECIMAL(20, 10)) / 1000, id * 1e7, id > 5, TIMESTAMP '2024-02-29 01:02:03.450', DATE '2024-02-29', TIME '01:02:03' FROM nested WHERE id < 16;
