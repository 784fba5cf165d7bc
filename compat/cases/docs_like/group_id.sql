-- GROUP_ID() is 0 where no grouping set is there twice.
-- modes: streaming, batch

SELECT shop, floor_no, GROUP_ID() AS g, GROUPING_ID(shop, floor_no) AS gid, SUM(price) AS total
FROM (VALUES ('north', 1, 40), ('north', 2, 25), ('south', 1, 7)) AS s(shop, floor_no, price)
GROUP BY ROLLUP (shop, floor_no);
