-- A schema cannot be written.
-- modes: streaming
-- parallelism: 1
-- refused: streaming

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
  price DECIMAL(10, 2)
) WITH (
  'connector' = 'filesystem',
  'path' = '${out}/t',
  'format' = 'debezium-json',
  'debezium-json.schema-include' = 'true'
);

INSERT INTO t SELECT id, name, price FROM s;
