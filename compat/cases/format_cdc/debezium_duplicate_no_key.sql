-- … which it needs.
-- modes: streaming
-- parallelism: 1
-- refused: streaming

SET 'table.exec.source.cdc-events-duplicate' = 'true';

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
