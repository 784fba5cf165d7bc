-- With the schema around the payload.
-- modes: streaming
-- parallelism: 1

CREATE TABLE t (
  id INT,
  name STRING,
  price DECIMAL(10, 2),
  `at` TIMESTAMP(3),
  tags ARRAY<STRING>
) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/cdc/debezium_schema.json',
  'format' = 'debezium-json',
  'debezium-json.schema-include' = 'true'
);

SELECT * FROM t;
