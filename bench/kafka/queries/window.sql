-- window: reads JSON, counts the bids of each auction in windows of 10 seconds.
CREATE TABLE window_counts (
  window_start TIMESTAMP(3),
  window_end   TIMESTAMP(3),
  auction      BIGINT,
  bids         BIGINT
) WITH (${SINK});

INSERT INTO window_counts
SELECT window_start, window_end, auction, COUNT(*)
FROM TABLE(TUMBLE(TABLE bid, DESCRIPTOR(`dateTime`), INTERVAL '10' SECOND))
GROUP BY window_start, window_end, auction;
