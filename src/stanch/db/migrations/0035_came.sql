ALTER TABLE people ADD COLUMN came_at BIGINT
;;
UPDATE people SET came_at = created_at WHERE name NOT IN (SELECT person FROM credentials WHERE kind = 'once' AND name = 'invite')
