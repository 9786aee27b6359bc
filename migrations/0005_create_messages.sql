-- Letters to people: each is written here once, sent from here, and deleted
-- after a while. Times are milliseconds since 1970.
CREATE TABLE messages (
  id INTEGER PRIMARY KEY,
  -- What it is about, such as an order's id; with kind and version it is the
  -- letter's name.
  about TEXT NOT NULL,
  kind TEXT NOT NULL
    CHECK (kind IN ('payment_awaited', 'order_confirmed', 'payment_failed', 'action_needed', 'order_cancelled',
                    'order_refunded', 'gift_card', 'order_shipped', 'return_requested', 'return_approved',
                    'return_refused', 'order_link', 'order_changed', 'draft_sent',
                    'difference_asked', 'difference_over')),
  version INTEGER NOT NULL CHECK (version >= 1),
  recipient TEXT NOT NULL CHECK (length(recipient) BETWEEN 3 AND 254),
  language TEXT NOT NULL CHECK (language IN ('en', 'de')),
  subject TEXT NOT NULL CHECK (length(subject) BETWEEN 1 AND 200),
  text TEXT NOT NULL,
  html TEXT NOT NULL,
  -- kept: for the mailbox of development, or where no sender is set.
  -- unanswered: may have been sent or not, and is not sent again.
  -- stale: could not be sent in time.
  status TEXT NOT NULL CHECK (status IN ('pending', 'sent', 'refused', 'unanswered', 'stale', 'kept')),
  tries INTEGER NOT NULL CHECK (tries >= 0),
  -- How many tries nobody knows the outcome of.
  unanswered INTEGER NOT NULL CHECK (unanswered >= 0),
  next_try_at INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  sent_at INTEGER,
  -- What the provider said last, where it did not take the letter.
  error TEXT CHECK (length(error) <= 500),
  UNIQUE (about, kind, version)
) STRICT;
CREATE INDEX messages_due ON messages (next_try_at) WHERE status = 'pending';
-- What lists of them are filtered by, beside the letters' long texts.
CREATE INDEX messages_listed ON messages (id, kind, status);
CREATE INDEX messages_by_time ON messages (created_at);
-- What somebody was sent, the newest first.
CREATE INDEX messages_by_recipient ON messages (recipient, id);
