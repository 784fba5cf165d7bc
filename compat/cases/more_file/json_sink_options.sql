-- JSON out with ISO times, plain decimals and without NULLs.
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

CREATE TABLE out_ (id INT, dec_ DECIMAL(20, 10), ts TIMESTAMP(3), l TIMESTAMP_LTZ(3), n STRING, r ROW<a INT, b STRING>) WITH ('connector' = 'filesystem', 'path' = '${out}/o', 'format' = 'json', 'json.timestamp-format.standard' = 'ISO-8601', 'json.encode.decimal-as-plain-number' = 'true', 'json.encode.ignore-null-fields' = 'true');

INSERT INTO out_ SELECT id, CAST(id AS DECIMAL(20, 10)) / 100000, TIMESTAMP '2024-02-29 01:02:03.450', TO_TIMESTAMP_LTZ(id * 1000, 3), `inner`.b, ROW(`inner`.a, `inner`.b) FROM nested WHERE id < 12;
