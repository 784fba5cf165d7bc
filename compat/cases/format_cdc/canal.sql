-- Changes as Canal writes them, several rows a message.
-- modes: streaming
-- parallelism: 1
-- printed

CREATE TABLE t (
  id INT,
  name STRING,
  price DECIMAL(10, 2)
) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/cdc/canal.json',
  'format' = 'canal-json'
);

CREATE TABLE p (
  id INT,
  name STRING,
  price DECIMAL(10, 2)
) WITH (
  'connector' = 'print'
);

INSERT INTO p SELECT * FROM t;
