-- Metadata columns of the filesystem connector.
-- modes: streaming, batch

CREATE TABLE rates (
  currency STRING,
  rate DECIMAL(10, 4),
  valid_from TIMESTAMP(3),
  `file.name` STRING NOT NULL METADATA VIRTUAL,
  size BIGINT METADATA FROM 'file.size' VIRTUAL
) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/rates.csv',
  'format' = 'csv'
);

SELECT `file.name` AS f, size, COUNT(*) AS n FROM rates GROUP BY `file.name`, size;
