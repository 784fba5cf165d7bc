-- TopN over COUNT(DISTINCT) and AVG.
-- modes: streaming, batch

CREATE TABLE bids (
  auction BIGINT,
  bidder BIGINT,
  price BIGINT,
  channel STRING,
  url STRING,
  `dateTime` TIMESTAMP(3),
  extra STRING
) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/bids.csv',
  'format' = 'csv',
  'csv.null-literal' = 'NA'
);

SELECT channel, d, a FROM (SELECT *, ROW_NUMBER() OVER (ORDER BY d DESC, a DESC, channel) AS rn FROM (SELECT channel, COUNT(DISTINCT auction) AS d, AVG(price) AS a FROM bids GROUP BY channel)) WHERE rn <= 5;
