-- JSON out: nested types, NULL, times, decimals.
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

CREATE TABLE out_ (id INT, ints ARRAY<INT>, counts MAP<STRING, INT>, r ROW<a INT, t STRING>, dec_ DECIMAL(10, 3), f DOUBLE, ts TIMESTAMP(3), l TIMESTAMP_LTZ(3), d DATE, t TIME, b BYTES, n STRING) WITH ('connector' = 'filesystem', 'path' = '${out}/o', 'format' = 'json');

INSERT INTO out_ SELECT id, ints, counts, ROW(id, texts[1]), id / 7.00, id / 4e0, TIMESTAMP '2024-02-29 01:02:03.450', TO_TIMESTAMP_LTZ(id * 1000, 3), DATE '2024-02-29', TIME '01:02:03', X'00ff', `inner`.b FROM nested WHERE id < 12;
