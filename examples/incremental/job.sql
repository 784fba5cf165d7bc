-- Balances of accounts: much state, of which little changes between two checkpoints.
--
-- A full checkpoint writes all balances every time. An incremental one writes those
-- that have changed since the one before, compressed, and refers to files of earlier
-- checkpoints for the rest. Run it from the repository's root:
--
--   go run ./cmd/flott run --log info examples/incremental/job.sql
--
-- The log tells the size of the state at every checkpoint. What was uploaded is
-- in the REST API (--rest 127.0.0.1:8081, then /jobs/ID/checkpoints, checkpointed_size
-- against state_size). Compare with
--
--   -D execution.checkpointing.incremental=false \
--   -D state.backend.rocksdb.compression.per.level=NO_COMPRESSION
--
-- after taking out the two lines below that say otherwise.

SET 'state.backend.type' = 'rocksdb';
SET 'execution.checkpointing.interval' = '200 ms';
SET 'execution.checkpointing.incremental' = 'true';
SET 'state.backend.rocksdb.compression.per.level' = 'ZSTD_COMPRESSION';

CREATE TABLE opened (
  account BIGINT,
  cents   BIGINT,
  owner   AS CONCAT('{"customer": ', CAST(account AS STRING), ', "branch": "Springfield, Main Street", "currency": "EUR"}')
) WITH (
  'connector' = 'datagen',
  'rows-per-second' = '1000000',
  'flott.seed' = '1',
  'fields.account.kind' = 'sequence',
  'fields.account.start' = '1',
  'fields.account.end' = '20000',
  'fields.cents.min' = '0',
  'fields.cents.max' = '1000000'
);

CREATE TABLE booked (
  account BIGINT,
  cents   BIGINT,
  owner   AS CAST(NULL AS STRING)
) WITH (
  'connector' = 'datagen',
  'rows-per-second' = '1000',
  'number-of-rows' = '1200',
  'flott.seed' = '2',
  'fields.account.min' = '1',
  'fields.account.max' = '20000',
  'fields.cents.min' = '-10000',
  'fields.cents.max' = '10000'
);

CREATE VIEW balances AS
SELECT account, MAX(owner) AS owner, SUM(cents) AS balance, COUNT(*) AS bookings
FROM (SELECT * FROM opened UNION ALL SELECT * FROM booked)
GROUP BY account;

SELECT
  COUNT(*) AS accounts,
  COUNT(owner) AS owners,
  SUM(bookings) AS bookings,
  SUM(balance) AS cents,
  MAX(bookings) AS busiest
FROM balances;
