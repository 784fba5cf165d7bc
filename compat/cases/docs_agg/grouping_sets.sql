-- The example of the manual: supplier, rating and product.
-- modes: streaming, batch

SELECT supplier_id, rating, product_id, COUNT(*) AS n, GROUPING(supplier_id) AS gs, GROUPING_ID(supplier_id, rating, product_id) AS gid
FROM (VALUES ('supplier1', 'product1', 4), ('supplier1', 'product2', 3), ('supplier2', 'product3', 3), ('supplier2', 'product4', 4)) AS Products(supplier_id, product_id, rating)
GROUP BY GROUPING SETS ((supplier_id, product_id, rating), (supplier_id, product_id), (supplier_id, rating), (supplier_id), (product_id, rating), (product_id), (rating), ());
