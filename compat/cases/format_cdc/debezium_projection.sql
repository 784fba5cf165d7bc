-- Some columns alone, and a filter.
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

SELECT price, UPPER(name) AS u FROM t WHERE id < 5;
