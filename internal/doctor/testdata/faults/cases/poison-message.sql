-- expect: user-exception
-- tuned: no
SET 'execution.checkpointing.interval'='5s';
SET 'parallelism.default'='1';
SET 'restart-strategy.type'='fixed-delay';
SET 'restart-strategy.fixed-delay.attempts'='10000';
SET 'restart-strategy.fixed-delay.delay'='2 s';
CREATE TABLE w (t STRING) WITH ('connector'='kafka','topic'='orders','properties.bootstrap.servers'='{broker}','format'='raw');
CREATE TABLE s (id BIGINT, k INT) WITH ('connector'='kafka','topic'='orders','properties.bootstrap.servers'='{broker}','properties.group.id'='g','scan.startup.mode'='earliest-offset','format'='json');
CREATE TABLE o (id BIGINT, k INT) WITH ('connector'='blackhole');
SET 'pipeline.name'='fill';
SET 'table.dml-sync'='true';
INSERT INTO w VALUES ('{"id":1,"k":2}'), ('{"id":2,"k":'), ('{"id":3,"k":4}');
SET 'table.dml-sync'='false';
SET 'pipeline.name'='poison-message';
INSERT INTO o SELECT id, k FROM s;
