-- A row with another code fails the job.
-- modes: streaming
-- refused: streaming

CREATE TEMPORARY VIEW changes AS SELECT * FROM (VALUES ('INSERT', 'a', 1), ('UPDATE_BEFORE', 'a', 1), ('UPDATE_AFTER', 'a', 2), ('INSERT', 'b', 3), ('DELETE', 'b', 3), ('INSERT', 'c', 5)) AS t(op, k, s);

CREATE TEMPORARY VIEW odd AS SELECT UPPER(k) AS op, s FROM changes;

SELECT * FROM FROM_CHANGELOG(TABLE odd);
