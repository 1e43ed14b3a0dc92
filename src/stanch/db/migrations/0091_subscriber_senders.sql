-- The network that asked (keyed, unreadable), whose mailbox or address it is however it is written, and at which host: what limits who asks for others.
ALTER TABLE status_subscribers ADD COLUMN sender TEXT NOT NULL DEFAULT ''
;;
ALTER TABLE status_subscribers ADD COLUMN target TEXT NOT NULL DEFAULT ''
;;
ALTER TABLE status_subscribers ADD COLUMN host TEXT NOT NULL DEFAULT ''
;;
CREATE INDEX status_subscribers_sender ON status_subscribers (state, sender, host)
;;
CREATE INDEX status_subscribers_target ON status_subscribers (target) WHERE state = 'pending'
