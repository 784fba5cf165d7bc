-- A join of changes with rows.
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

SELECT t.id, t.name, v.word FROM t LEFT JOIN (VALUES (1, 'one'), (2, 'two'), (4, 'four')) AS v(id, word) ON t.id = v.id;
