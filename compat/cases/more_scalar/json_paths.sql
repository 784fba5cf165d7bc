-- JSON_VALUE, JSON_QUERY and JSON_EXISTS over literals.
-- modes: streaming, batch

SELECT JSON_VALUE(j, '$.a') AS a, JSON_VALUE(j, '$.b.c[1]') AS b, JSON_VALUE(j, '$.d' RETURNING BOOLEAN) AS d, JSON_VALUE(j, '$.n') AS n, JSON_QUERY(j, '$.b') AS q, JSON_QUERY(j, '$.a' WITH WRAPPER) AS w, JSON_QUERY(j, '$.b.c' WITH CONDITIONAL WRAPPER) AS cw, JSON_EXISTS(j, '$.b.c') AS e, JSON_EXISTS(j, '$.zz') AS z, JSON_QUERY(j, '$.zz' EMPTY ARRAY ON EMPTY) AS ea, j IS JSON AS ij
FROM (VALUES ('{"a":"x","b":{"c":[1,"two",null]},"d":true,"n":1.5}'), ('{"a":null,"n":7}'), ('[1,2]'), ('{"b":{"c":[]}}'), ('"s"')) AS v(j);
