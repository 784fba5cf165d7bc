-- file.path is the whole path.
-- modes: streaming, batch

CREATE TABLE l (
  k STRING,
  name STRING,
  v STRING,
  `file.path` STRING NOT NULL METADATA VIRTUAL
) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/pairs_left.csv',
  'format' = 'csv'
);

SELECT name, `file.path` AS p FROM l WHERE k = '1';
