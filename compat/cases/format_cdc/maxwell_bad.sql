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
  'path' = '${data}/cdc/maxwell_bad.json',
  'format' = 'maxwell-json',
  'maxwell-json.ignore-parse-errors' = 'true'
);

CREATE TABLE p (
  id INT,
  name STRING,
  price DECIMAL(10, 2)
) WITH (
  'connector' = 'print'
);

INSERT INTO p SELECT * FROM t;
