-- Rows in the order of TIMESTAMP(9).
-- modes: batch
-- ordered

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

SELECT n, id FROM moments ORDER BY n DESC, id;
