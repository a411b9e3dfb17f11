-- A checkpoint for each of the eight lanes in place of one for the whole feed.
-- migrate:up

LOCK TABLE checkpoints IN EXCLUSIVE MODE;
INSERT INTO checkpoints (projection, source, partition, seq)
SELECT projection, source, lane, seq FROM checkpoints CROSS JOIN generate_series(0, 7) AS lane WHERE partition = -1;
-- What is left makes a process of the former version, which may still run, believe that everything is applied.
UPDATE checkpoints SET seq = 9223372036854775807 WHERE partition = -1;

-- migrate:down
