-- There is no such table function.
-- modes: streaming
-- refused: streaming

CREATE TEMPORARY VIEW changes AS SELECT * FROM (VALUES ('INSERT', 'a', 1), ('UPDATE_BEFORE', 'a', 1), ('UPDATE_AFTER', 'a', 2), ('INSERT', 'b', 3), ('DELETE', 'b', 3), ('INSERT', 'c', 5)) AS t(op, k, s);

SELECT k, w FROM changes, LATERAL TABLE(split_words(k)) AS t(w);
