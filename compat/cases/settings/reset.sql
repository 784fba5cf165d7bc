-- SET and RESET.
-- modes: streaming, batch

CREATE TABLE l (
  k INT,
  name STRING,
  v INT
) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/pairs_left.csv',
  'format' = 'csv',
  'csv.null-literal' = 'NA'
);

SET 'table.local-time-zone' = 'Asia/Tokyo';

SELECT name, TO_TIMESTAMP_LTZ(v, 0) AS t FROM l;
