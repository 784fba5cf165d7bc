-- UNNEST WITH ORDINALITY numbers the elements.
-- modes: streaming, batch

CREATE TEMPORARY VIEW changes AS SELECT * FROM (VALUES ('INSERT', 'a', 1), ('UPDATE_BEFORE', 'a', 1), ('UPDATE_AFTER', 'a', 2), ('INSERT', 'b', 3), ('DELETE', 'b', 3), ('INSERT', 'c', 5)) AS t(op, k, s);

SELECT k, e, i FROM (SELECT k, ARRAY[k, 'x', op] AS a FROM changes) CROSS JOIN UNNEST(a) WITH ORDINALITY AS t(e, i);
