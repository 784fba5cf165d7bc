-- expect: kafka-transaction-timeout
-- on: flink
-- after: 70s
-- tuned: no
SET 'execution.checkpointing.interval'='20s';
SET 'parallelism.default'='1';
CREATE TABLE s (id BIGINT, k INT) WITH ('connector'='datagen','rows-per-second'='200','fields.k.min'='0','fields.k.max'='99');
CREATE TABLE o (id BIGINT, k INT) WITH ('connector'='kafka','topic'='orders','properties.bootstrap.servers'='{broker}','format'='json','sink.delivery-guarantee'='exactly-once','sink.transactional-id-prefix'='t','properties.transaction.timeout.ms'='15000');
INSERT INTO o SELECT id, k FROM s;
