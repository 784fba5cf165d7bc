-- What the print connector shows of TIMESTAMP(9).
-- modes: streaming, batch
-- parallelism: 1
-- printed

CREATE TABLE moments (
  id INT,
  d DATE,
  t TIME,
  ts TIMESTAMP(3),
  n TIMESTAMP(9)
) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/moments.csv',
  'format' = 'csv',
  'csv.null-literal' = 'NA'
);

CREATE TABLE written (id INT, n TIMESTAMP(9), z TIMESTAMP_LTZ(9), n7 TIMESTAMP(7)) WITH ('connector' = 'print');

INSERT INTO written SELECT id, n, CAST(n AS TIMESTAMP_LTZ(9)), n FROM moments;
