-- INSERT of VALUES of each type into JSON.
-- modes: streaming, batch

SET 'execution.checkpointing.interval' = '300 ms';

CREATE TABLE out_ (a TINYINT, b BIGINT, c DECIMAL(5, 2), d CHAR(4), e VARCHAR(3), f DATE, g TIMESTAMP(6), h BOOLEAN, i BYTES, j ARRAY<STRING>, k MAP<STRING, INT>, l ROW<x INT, y STRING>) WITH ('connector' = 'filesystem', 'path' = '${out}/o', 'format' = 'json');

INSERT INTO out_ VALUES (CAST(1 AS TINYINT), 2, 3.456, 'ab', 'abcdef', DATE '2024-02-29', TIMESTAMP '2024-02-29 01:02:03.123456', TRUE, X'010203', ARRAY['x', 'y'], MAP['k', 1], ROW(7, 'seven'));
