-- What is left of malformed messages when errors are ignored.
-- modes: streaming
-- parallelism: 1
-- printed

CREATE TABLE t (
  id INT,
  name STRING,
  price DECIMAL(10, 2)
) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/cdc/debezium_bad.json',
  'format' = 'debezium-json',
  'debezium-json.ignore-parse-errors' = 'true'
);

CREATE TABLE p (
  id INT,
  name STRING,
  price DECIMAL(10, 2)
) WITH (
  'connector' = 'print'
);

INSERT INTO p SELECT * FROM t;
