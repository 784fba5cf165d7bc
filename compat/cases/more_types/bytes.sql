-- BYTES: literals, casts, comparison, length.
-- modes: streaming, batch

SELECT x, CAST(x AS BINARY(4)) AS b4, CAST(x AS VARBINARY(2)) AS v2, CAST(x AS STRING) AS s, x = X'6162' AS e, x < X'62' AS lt, HEX(CAST(x AS STRING)) AS h, CAST('é' AS BYTES) AS u, TO_BASE64(CAST(x AS STRING)) AS b64 FROM (VALUES (CAST(X'6162' AS BYTES)), (X''), (X'7a7a7a')) AS v(x);
