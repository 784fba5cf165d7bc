-- JSON_OBJECT, JSON_ARRAY and nesting.
-- modes: streaming, batch

CREATE TABLE customers (
  customer_id INT,
  name STRING,
  country STRING,
  segment STRING,
  birth DATE,
  balance DECIMAL(18, 4),
  vip BOOLEAN,
  score DOUBLE,
  rating FLOAT,
  email STRING
) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/customers.csv',
  'format' = 'csv',
  'csv.null-literal' = 'NA'
);

SELECT JSON_OBJECT(KEY 'id' VALUE customer_id, KEY 'name' VALUE name, KEY 'vip' VALUE vip, KEY 'score' VALUE score, KEY 'seg' VALUE segment ABSENT ON NULL) AS o, JSON_ARRAY(customer_id, country, JSON_OBJECT('r' VALUE segment NULL ON NULL)) AS a, JSON_STRING(balance) AS s FROM customers WHERE customer_id < 20;
