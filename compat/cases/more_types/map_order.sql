-- The order in which the entries of a MAP are written.
-- modes: streaming, batch

SELECT MAP['b', 1, 'a', 2, 'zz', 3, 'c', 4] AS m, STR_TO_MAP('z=1,y=2,x=3,b=4') AS s, MAP[10, 'x', 2, 'y', 33, 'z'] AS i, MAP['k', 1, 'k', 2] AS dup, MAP_KEYS(MAP['b', 1, 'a', 2]) AS k, MAP_FROM_ARRAYS(ARRAY['d', 'a'], ARRAY[1, 2]) AS f;
