-- Changes of a table as Debezium writes them.
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
  'path' = '${data}/cdc/debezium.json',
  'format' = 'debezium-json'
);

SELECT * FROM t;
