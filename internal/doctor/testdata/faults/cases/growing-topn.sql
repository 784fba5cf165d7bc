-- expect: state-growth
-- after: 50s
-- tuned: no
SET 'execution.checkpointing.interval'='4s';
SET 'parallelism.default'='2';
CREATE TABLE s (id BIGINT, usr BIGINT, note STRING) WITH ('connector'='datagen','rows-per-second'='2000','fields.note.length'='70');
CREATE TABLE o (usr BIGINT, note STRING, n BIGINT) WITH ('connector'='blackhole');
INSERT INTO o SELECT usr, note, n FROM (SELECT usr, note, ROW_NUMBER() OVER (PARTITION BY usr ORDER BY id DESC) AS n FROM s) WHERE n <= 2;
