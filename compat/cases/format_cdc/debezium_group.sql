-- Aggregates over changes: retractions come in.
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

SELECT name, COUNT(*) AS n, SUM(price) AS total, MAX(price) AS most FROM t GROUP BY name;
