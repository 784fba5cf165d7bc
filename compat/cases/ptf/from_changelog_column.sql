-- The op column must be there.
-- modes: streaming
-- refused: streaming

CREATE TEMPORARY VIEW changes AS SELECT * FROM (VALUES ('INSERT', 'a', 1), ('UPDATE_BEFORE', 'a', 1), ('UPDATE_AFTER', 'a', 2), ('INSERT', 'b', 3), ('DELETE', 'b', 3), ('INSERT', 'c', 5)) AS t(op, k, s);

SELECT * FROM FROM_CHANGELOG(input => TABLE changes, op => DESCRIPTOR(nothing));
