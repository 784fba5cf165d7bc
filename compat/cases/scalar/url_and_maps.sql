-- PARSE_URL and STR_TO_MAP.
-- modes: streaming, batch

CREATE TABLE clicks (
  `user` STRING,
  url STRING,
  at_time TIMESTAMP(3),
  device STRING,
  duration_ms INT,
  payload STRING
) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/clicks.json',
  'format' = 'json'
);

SELECT url, PARSE_URL(url, 'HOST') AS h, PARSE_URL(url, 'PATH') AS p, PARSE_URL(url, 'QUERY', 'ref') AS r, PARSE_URL(url, 'PROTOCOL') AS pr, PARSE_URL(url, 'REF') AS f,
  STR_TO_MAP(PARSE_URL(url, 'QUERY'), '&', '=')['ref'] AS m
FROM clicks
WHERE device IS NULL;
