-- expect: none
-- tuned: no
-- after: 35s
SET 'execution.checkpointing.interval'='5s';
SET 'parallelism.default'='2';
CREATE TABLE s (id BIGINT, v STRING) WITH ('connector'='kafka','topic'='orders','properties.bootstrap.servers'='{broker}','properties.group.id'='g','scan.startup.mode'='earliest-offset','format'='json');
CREATE TABLE o (id BIGINT, v STRING) WITH ('connector'='blackhole');
INSERT INTO o SELECT id, UPPER(v) FROM s;
