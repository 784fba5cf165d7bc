-- LISTAGG with and without a separator, in the order of reading; NULL is left out.
-- modes: streaming

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

SELECT k, LISTAGG(name) AS names, LISTAGG(CAST(v AS STRING), '+') AS vs FROM l GROUP BY k;
