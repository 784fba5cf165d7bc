-- table.exec.source.cdc-events-duplicate: the key tells changes apart.
-- modes: streaming
-- parallelism: 1

SET 'table.exec.source.cdc-events-duplicate' = 'true';

CREATE TABLE t (
  id INT PRIMARY KEY NOT ENFORCED,
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
