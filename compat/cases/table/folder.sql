-- A path that is a folder: its files, those in folders below, none that begins with a dot or underscore.
-- modes: streaming, batch

CREATE TABLE parts (
  id INT,
  name STRING
) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/parts',
  'format' = 'csv'
);

SELECT id, name FROM parts;
