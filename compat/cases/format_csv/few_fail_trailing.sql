-- Few fail trailing.
-- modes: streaming
-- parallelism: 1

CREATE TABLE t (a INT, b STRING, c STRING) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/formats/few_fail_trailing.csv',
  'format' = 'csv',
  'csv.fail-on-missing-columns' = 'true'
);

SELECT * FROM t;
