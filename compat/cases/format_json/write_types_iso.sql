-- Written: types iso.
-- modes: streaming
-- parallelism: 1

CREATE TABLE t (a DECIMAL(20, 5), b DECIMAL(20, 0), c DECIMAL(20, 10), d DATE, e TIME, f TIMESTAMP(6), g TIMESTAMP_LTZ(3), h BOOLEAN, i BYTES, j ARRAY<STRING>, k ROW<x INT, y STRING>, l MAP<STRING, INT>, m DOUBLE, n FLOAT, o STRING, q STRING) WITH (
  'connector' = 'filesystem',
  'path' = '${out}/t',
  'format' = 'json',
  'json.timestamp-format.standard' = 'ISO-8601'
);

INSERT INTO t SELECT CAST(1.500 AS DECIMAL(20, 5)), CAST(10000000 AS DECIMAL(20, 0)), CAST(0.0000001 AS DECIMAL(20, 10)), DATE '2024-01-02', TIME '03:04:05', TIMESTAMP '2024-01-02 03:04:05.120', TO_TIMESTAMP_LTZ(1704164645123, 3), TRUE, x'68656c6c6f', ARRAY['a', 'b"c', CAST(NULL AS STRING)], ROW(CAST(NULL AS INT), 'x'), MAP['p', 1], 1E10, CAST(1.5 AS FLOAT), 'l'||CHR(10)||'/\é'||CHR(1), CAST(NULL AS STRING);
