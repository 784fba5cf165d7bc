-- Codes of one's own.
-- modes: streaming
-- parallelism: 1

CREATE TEMPORARY VIEW changes AS SELECT * FROM (VALUES ('INSERT', 'a', 1), ('UPDATE_BEFORE', 'a', 1), ('UPDATE_AFTER', 'a', 2), ('INSERT', 'b', 3), ('DELETE', 'b', 3), ('INSERT', 'c', 5)) AS t(op, k, s);

CREATE TEMPORARY VIEW coded AS SELECT LOWER(op) AS code, k, s FROM changes;

SELECT * FROM FROM_CHANGELOG(input => TABLE coded, op => DESCRIPTOR(code), op_mapping => MAP['insert, update_after', 'INSERT', 'update_before, delete', 'DELETE']);
