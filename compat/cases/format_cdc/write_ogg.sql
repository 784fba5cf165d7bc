-- Changes are written as ogg-json.
-- modes: streaming
-- parallelism: 1

CREATE TABLE s (
  id INT,
  name STRING,
  price DECIMAL(10, 2),
  `at` TIMESTAMP(3),
  tags ARRAY<STRING>
) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/cdc/debezium.json',
  'format' = 'debezium-json'
);

CREATE TABLE t (
  id INT,
  name STRING,
  price DECIMAL(10, 3),
  r ROW<a INT, b STRING>
) WITH (
  'connector' = 'filesystem',
  'path' = '${out}/t',
  'format' = 'ogg-json'
);

INSERT INTO t SELECT id, name, price, ROW(CAST(id AS INT), CAST(NULL AS STRING)) FROM s;
