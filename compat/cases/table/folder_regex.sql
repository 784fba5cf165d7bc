-- source.path.regex-pattern over the whole path.
-- modes: streaming, batch

CREATE TABLE parts (
  id INT,
  name STRING
) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/parts',
  'format' = 'csv',
  'source.path.regex-pattern' = '.*/t[^/]*[.]csv'
);

SELECT id, name FROM parts;
