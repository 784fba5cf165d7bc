-- BOOLEAN from and to text and numbers.
-- modes: streaming, batch

SELECT x, CAST(x AS BOOLEAN) AS b, CAST(CAST(x AS BOOLEAN) AS STRING) AS s, CAST(CAST(x AS BOOLEAN) AS INT) AS i
FROM (VALUES ('true'), ('FALSE'), ('t'), ('F'), ('yes'), ('no'), ('1'), ('0')) AS t(x);
