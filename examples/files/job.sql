-- Readings into a table of files, a directory per hour, each row exactly once.
--
-- Rows appear when the checkpoint that holds them is complete; until then their files
-- wait in the hidden folder .staging. A job that is killed and resumed (--resume, with
-- 'execution.checkpointing.dir' set) loses no row and writes none twice. When event
-- time has left an hour and all its rows are there, its directory gets a file _SUCCESS:
-- programs that read whole hours wait for it.
--
-- Run it from the repository's root:  go run ./cmd/flott run examples/files/job.sql
-- Then look around in tmp/archive, and remove it before you run it again: a new job adds
-- its rows to those that are there.

SET 'execution.checkpointing.interval' = '1 s';

CREATE TABLE readings (
  id   BIGINT,
  made AS TO_TIMESTAMP_LTZ(1767225600 + id * 60, 0), -- one a minute
  WATERMARK FOR made AS made
) WITH (
  'connector' = 'datagen',
  'fields.id.kind' = 'sequence',
  'fields.id.start' = '0',
  'fields.id.end' = '199'
);

CREATE TABLE archive (
  id     BIGINT,
  `day`  STRING,
  `hour` STRING
) PARTITIONED BY (`day`, `hour`) WITH (
  'connector' = 'filesystem',
  'path' = 'tmp/archive',
  'format' = 'json',
  'sink.partition-commit.trigger' = 'partition-time',
  'partition.time-extractor.timestamp-pattern' = '$day $hour:00:00',
  'sink.partition-commit.policy.kind' = 'success-file'
);

INSERT INTO archive
SELECT id, DATE_FORMAT(made, 'yyyy-MM-dd'), DATE_FORMAT(made, 'HH') FROM readings;

-- Read back when the job above has ended.
SELECT `day`, `hour`, COUNT(*) AS readings, MIN(id) AS `first`, MAX(id) AS `last`
FROM archive GROUP BY `day`, `hour`;
