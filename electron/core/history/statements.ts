/** Messages with what is known of their authors' devices, and of the messages that they answer. */
const ITEM_COLUMNS = `
  m.*, p.name AS pinned_name, p.changed AS pinned_changed,
  q.author_name AS quoted_name, q.text AS quoted_text, q.mine AS quoted_mine,
  qp.name AS quoted_pinned_name, qp.changed AS quoted_pinned_changed`;
const ITEM_JOINS = `
  LEFT JOIN pins p ON p.device_id = m.author
  LEFT JOIN messages q ON q.author = m.of_author AND q.id = m.of_id AND q.room_id = m.room_id AND q.shown = 1
  LEFT JOIN pins qp ON qp.device_id = q.author`;
const ITEMS = `SELECT ${ITEM_COLUMNS} FROM messages m ${ITEM_JOINS}`;

/** Every statement of the history, in one place, so that a test can ask SQLite how it will run each of them. */
export const sql = {
  rooms: 'SELECT * FROM rooms ORDER BY last_active_at DESC',
  room: 'SELECT * FROM rooms WHERE room_id = ?',
  roomCount: 'SELECT message_count, entry_count FROM rooms WHERE room_id = ?',
  topClock: 'SELECT top_clock FROM rooms WHERE room_id = ?',
  insertRoom: `
    INSERT INTO rooms (room_id, name, renamed_at, host, secret, owner_pub, owner_seed, passphrase, needs_passphrase,
                       listed, created_at, last_active_at)
    VALUES (@room_id, @name, @renamed_at, @host, @secret, @owner_pub, @owner_seed, @passphrase, @needs_passphrase,
            @listed, @now, @now)
    ON CONFLICT (room_id) DO UPDATE
      SET secret = excluded.secret, owner_pub = excluded.owner_pub, passphrase = excluded.passphrase,
          needs_passphrase = excluded.needs_passphrase, host = excluded.host
      WHERE length(rooms.secret) = 0`,
  renameRoom:
    'UPDATE rooms SET name = @name, renamed_at = @renamedAt WHERE room_id = @roomId AND renamed_at < @renamedAt',
  setListed:
    'UPDATE rooms SET listed = CASE ? WHEN 1 THEN 1 ELSE CASE WHEN listed > 0 THEN 2 ELSE 0 END END WHERE room_id = ?',
  setRoomSecrets:
    'UPDATE rooms SET secret = @secret, owner_seed = @owner_seed, passphrase = @passphrase WHERE room_id = @room_id',
  setDraft: 'UPDATE rooms SET draft = ? WHERE room_id = ?',
  deleteMessages: 'DELETE FROM messages WHERE room_id = ?',
  deleteRoom: 'DELETE FROM rooms WHERE room_id = ?',
  roomGrew: `
    UPDATE rooms SET message_count = message_count + @shown, entry_count = entry_count + @entries, unread = unread + @unread, top_clock = max(top_clock, @clock),
                     last_active_at = max(last_active_at, @at)
    WHERE room_id = @roomId`,
  fewerUnread: 'UPDATE rooms SET unread = max(0, unread - ?) WHERE room_id = ?',

  message: `${ITEMS} WHERE m.author = ? AND m.id = ?`,
  entry: 'SELECT * FROM messages WHERE author = ? AND id = ?',
  lastMessage: `${ITEMS} WHERE m.room_id = ? AND m.shown = 1 ORDER BY m.clock DESC, m.author DESC, m.id DESC LIMIT 1`,
  lastSeq: 'SELECT max(seq) AS seq FROM messages WHERE room_id = ? AND author = ?',
  countAtSeq: 'SELECT count(*) AS count FROM messages WHERE room_id = ? AND author = ? AND seq = ?',
  ownFloor: 'SELECT seq, clock FROM own_floors WHERE room_hash = ?',
  raiseOwnFloor: `
    INSERT INTO own_floors (room_hash, seq, clock) VALUES (@roomHash, @seq, @clock)
    ON CONFLICT (room_hash) DO UPDATE SET seq = max(seq, excluded.seq), clock = max(clock, excluded.clock)`,
  // Entries that are no texts are counted, and none of them repeats another.
  recentOwn:
    'SELECT sent_at, CASE shown WHEN 1 THEN text ELSE id END AS text FROM messages WHERE room_id = ? AND author = ? ORDER BY seq DESC LIMIT ?',
  insertEntry: `
    INSERT INTO messages (id, room_id, author, author_name, seq, clock, sent_at, text, sig, mine, state, recorded_at,
                          kind, of_author, of_id, digest, salt, body, shown, held, expires, due_at)
    VALUES (@id, @roomId, @author, @authorName, @seq, @clock, @sentAt, @text, @sig, @mine, @state, @recordedAt,
            @kind, @ofAuthor, @ofId, @digest, @salt, @body, @shown, @held, @expires, @dueAt)
    RETURNING number`,
  fillBody: 'UPDATE messages SET text = @text, salt = @salt, body = @body, due_at = @dueAt WHERE number = @number',
  eraseBody: 'UPDATE messages SET salt = NULL, body = NULL WHERE number = ?',
  // An own message that nobody has stays: its words would be lost.
  due: `
    SELECT * FROM messages WHERE due_at IS NOT NULL AND due_at <= ? AND (mine = 0 OR delivered_to > 0)
    ORDER BY due_at LIMIT ?`,
  expire: `
    UPDATE messages SET text = '', salt = NULL, body = NULL, edited = 0, shown = 0, held = 1, due_at = NULL
    WHERE number = ?`,
  timer: `
    SELECT body FROM messages WHERE room_id = ? AND kind = 4 AND body IS NOT NULL
    ORDER BY clock DESC, author DESC, id DESC LIMIT 1`,
  setKeep: 'UPDATE rooms SET keep_ms = ? WHERE room_id = ?',
  roomsThatForget: 'SELECT room_id, keep_ms FROM rooms WHERE keep_ms > 0',
  // A message is as old as the later of its arrival and its sending, unless it comes from the future. An own one that nobody has stays.
  old: `
    SELECT * FROM messages WHERE room_id = @roomId AND recorded_at <= @before AND held = 1 AND kind <> 4
      AND (sent_at <= @before OR sent_at > @now) AND (mine = 0 OR delivered_to > 0 OR seq = 0)
    ORDER BY recorded_at LIMIT @limit`,
  entriesOn: `
    SELECT * FROM messages WHERE of_author = ? AND of_id = ? AND kind > 0 AND kind < 4 AND held = 1
      AND (salt IS NOT NULL OR held = 0 OR kind = 2) AND room_id = ?`,
  drop: `
    UPDATE messages SET text = '', salt = NULL, body = NULL, edited = 0, deleted = 0, reacted = 0, shown = 0, held = 2,
                        due_at = NULL, sig = '', digest = ''
    WHERE number = ?`,
  dropDeliveries: 'DELETE FROM deliveries WHERE message = ?',
  droppedEdit:
    'SELECT 1 FROM messages WHERE of_author = ? AND of_id = ? AND held = 2 AND kind = 1 AND room_id = ? LIMIT 1',
  firstKept: `
    SELECT min(seq) AS seq FROM messages
    WHERE room_id = ? AND author = ? AND seq > ? AND held = 1 AND kind <> 4`,
  floor: 'SELECT seq FROM floors WHERE room_id = ? AND author = ?',
  floors: 'SELECT author, seq FROM floors WHERE room_id = ?',
  setFloor: `
    INSERT INTO floors (room_id, author, seq) VALUES (?, ?, ?)
    ON CONFLICT (room_id, author) DO UPDATE SET seq = excluded.seq`,
  anythingForgotten: `
    SELECT 1 WHERE EXISTS (SELECT 1 FROM rooms WHERE keep_ms > 0) OR EXISTS (SELECT 1 FROM floors WHERE room_id > '')
      OR EXISTS (SELECT 1 FROM messages WHERE due_at > 0)
      OR EXISTS (SELECT 1 FROM messages WHERE room_id > '' AND kind = 4 AND body IS NOT NULL)`,
  lowerFloor: 'UPDATE floors SET seq = ? WHERE room_id = ? AND author = ? AND seq >= ?',
  setText: 'UPDATE messages SET text = @text, edited = @edited, deleted = @deleted WHERE number = @number',
  hold: 'UPDATE messages SET held = 1 WHERE number = ?',
  show: 'UPDATE messages SET shown = 1 WHERE number = ?',
  setReacted: 'UPDATE messages SET reacted = 1 WHERE author = ? AND id = ? AND room_id = ?',
  noteReacted: `
    UPDATE messages SET reacted = 1 WHERE author = ? AND id = ?
      AND EXISTS (SELECT 1 FROM messages r WHERE r.of_author = messages.author AND r.of_id = messages.id AND r.kind = 3
                    AND r.kind > 0 AND (r.salt IS NOT NULL OR r.held = 0 OR r.kind = 2)
                    AND r.room_id = messages.room_id)`,
  // The edits or deletions by a message's own author, the newest first, without the edits that were replaced.
  entriesAbout: `
    SELECT * FROM messages WHERE of_author = ? AND of_id = ? AND kind = ? AND kind > 0 AND author = ?
      AND (salt IS NOT NULL OR held = 0 OR kind = 2)
    ORDER BY clock DESC, id DESC`,
  countReactions: `
    SELECT count(*) AS count FROM messages WHERE of_author = ? AND of_id = ? AND kind = 3 AND kind > 0 AND author = ?
      AND (salt IS NOT NULL OR held = 0 OR kind = 2)`,
  reactionsTo: `
    SELECT m.author, m.author_name, m.mine, m.body, m.clock, p.name AS pinned_name, p.changed AS pinned_changed
    FROM messages m LEFT JOIN pins p ON p.device_id = m.author
    WHERE m.of_author = ? AND m.of_id = ? AND m.kind = 3 AND m.kind > 0 AND (m.salt IS NOT NULL OR m.held = 0 OR m.kind = 2) AND m.room_id = ?
      AND m.body IS NOT NULL
    ORDER BY m.author, m.clock, m.id`,
  pageBefore: `
    ${ITEMS} WHERE m.room_id = ? AND m.shown = 1 AND (m.clock, m.author, m.id) < (?, ?, ?)
    ORDER BY m.clock DESC, m.author DESC, m.id DESC LIMIT ?`,
  pageFrom: `
    ${ITEMS} WHERE m.room_id = ? AND m.shown = 1 AND (m.clock, m.author, m.id) >= (?, ?, ?)
    ORDER BY m.clock, m.author, m.id LIMIT ?`,
  pageAfter: `
    ${ITEMS} WHERE m.room_id = ? AND m.shown = 1 AND (m.clock, m.author, m.id) > (?, ?, ?)
    ORDER BY m.clock, m.author, m.id LIMIT ?`,
  unreadTexts: `
    SELECT text FROM messages WHERE room_id = ? AND mine = 0 AND state < 3 AND shown = 1
    ORDER BY clock DESC, author DESC, id DESC LIMIT ?`,
  // From the newest down: it stops at the last of as many as the room counts.
  nthUnread: `
    SELECT author, id FROM messages WHERE room_id = ? AND mine = 0 AND state < 3 AND shown = 1
    ORDER BY clock DESC, author DESC, id DESC LIMIT 1 OFFSET ?`,
  // The plus keeps SQLite on the index of the author's seqs, which is the order that is asked for.
  messagesWithin: `
    SELECT * FROM messages WHERE room_id = ? AND author = ? AND seq BETWEEN ? AND ? AND held = 1 AND +clock >= ?
    ORDER BY seq LIMIT ?`,
  unreadWithin: `
    SELECT number, id, author, EXISTS (SELECT 1 FROM pins WHERE device_id = author) AS met FROM messages
    WHERE room_id = ? AND (clock, author) >= (?, ?) AND (clock, author) <= (?, ?) AND mine = 0 AND state < 3 AND shown = 1 ORDER BY clock, author`,
  seen: 'UPDATE messages SET state = 3 WHERE number = ?',
  advance: `
    UPDATE messages SET state = CASE WHEN state = 4 THEN @state ELSE max(state, @state) END,
                        delivered_to = delivered_to + @delivered, read_by = read_by + @read
    WHERE number = @number`,

  authors: 'SELECT DISTINCT author FROM spans WHERE room_id = ? AND author > ? AND author <= ? ORDER BY author',
  spans: `
    SELECT author, first, last, print FROM spans WHERE room_id = ? AND author > ? AND author <= ? ORDER BY author, first`,
  spansOf: 'SELECT first, last, print FROM spans WHERE room_id = ? AND author = ? ORDER BY first',
  addSpan: 'INSERT INTO spans (room_id, author, first, last, print) VALUES (?, ?, ?, ?, ?)',
  growSpan: 'UPDATE spans SET last = ?, print = ? WHERE room_id = ? AND author = ? AND first = ?',
  entriesWithin:
    'SELECT seq, id, held FROM messages WHERE room_id = ? AND author = ? AND seq BETWEEN ? AND ? ORDER BY seq',
  entriesAt: `
    SELECT m.id, m.author, m.clock, m.author_name, m.mine, p.name AS pinned_name, p.changed AS pinned_changed
    FROM messages m LEFT JOIN pins p ON p.device_id = m.author
    WHERE m.room_id = ? AND m.author = ? AND m.seq = ?`,
  idsWithin:
    'SELECT seq, id FROM messages WHERE room_id = ? AND author = ? AND seq BETWEEN ? AND ? AND held > 0 ORDER BY seq',
  newestIdsWithin: `
    SELECT seq, id FROM messages WHERE room_id = ? AND author = ? AND seq BETWEEN ? AND ? AND held > 0
    ORDER BY seq DESC LIMIT ?`,
  removeSpan: 'DELETE FROM spans WHERE room_id = ? AND author = ? AND first = ?',

  undeliveredWithin: `
    SELECT m.id FROM messages m
    WHERE m.room_id = @roomId AND m.author = @author AND m.seq <= @last AND m.seq >= @first AND m.seq > @last - @scan AND m.held <> 2
      AND NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.message = m.number AND d.device = @by AND d.state >= 2)
    ORDER BY m.seq`,
  delivery: 'SELECT state FROM deliveries WHERE message = ? AND device = ?',
  setDelivery: `
    INSERT INTO deliveries (message, device, state, delivered_at, read_at)
    VALUES (@message, @device, @state, CASE WHEN @state >= 2 THEN @at END, CASE WHEN @state = 3 THEN @at END)
    ON CONFLICT (message, device) DO UPDATE
      SET state = excluded.state, delivered_at = coalesce(delivered_at, excluded.delivered_at),
          read_at = coalesce(read_at, excluded.read_at)`,
  deliveriesOf: `
    SELECT d.device, d.state, d.delivered_at, d.read_at, p.name AS pinned_name, p.changed AS pinned_changed
    FROM deliveries d LEFT JOIN pins p ON p.device_id = d.device WHERE d.message = ?`,
  newestBy: `
    SELECT m.author, m.author_name, m.mine, p.name AS pinned_name, p.changed AS pinned_changed
    FROM messages m LEFT JOIN pins p ON p.device_id = m.author
    WHERE m.room_id = ? AND m.author = ? ORDER BY m.seq DESC LIMIT 1`,

  pin: 'SELECT * FROM pins WHERE device_id = ?',
  otherPin: 'SELECT 1 FROM pins WHERE name_key = ? AND device_id <> ? AND changed = 0 LIMIT 1',
  setPin: `
    INSERT INTO pins (device_id, name_key, name, verified, changed, first_met_at, last_met_at)
    VALUES (@deviceId, @nameKey, @name, @verified, @changed, @now, @now)
    ON CONFLICT (device_id) DO UPDATE SET name_key = @nameKey, name = @name, verified = @verified,
                                          changed = @changed, last_met_at = @now`,
  verifyPin: 'UPDATE pins SET verified = ?, changed = ? WHERE device_id = ?',

  servers: 'SELECT host, name, kind, credential, lost, added_at FROM servers',
  insertServer: 'INSERT INTO servers (host, name, added_at) VALUES (?, ?, ?) ON CONFLICT (host) DO NOTHING',
  renameServer: 'UPDATE servers SET name = ? WHERE host = ?',
  setRight: 'UPDATE servers SET kind = @kind, credential = @credential, lost = @lost WHERE host = @host',
  deleteServer: 'DELETE FROM servers WHERE host = ?',

  wordId: 'SELECT id FROM words WHERE word = ?',
  wordIdsBetween: 'SELECT id FROM words WHERE word BETWEEN ? AND ?',
  addWord: 'INSERT INTO words (word) VALUES (?) RETURNING id',
  removeWord: 'DELETE FROM words WHERE id = ?',
  wordsWithParts:
    'SELECT w.id, w.word FROM word_parts p JOIN words w ON w.id = p.rowid WHERE p.word_parts MATCH ? LIMIT ?',
  addWordParts: 'INSERT INTO word_parts (rowid, parts) VALUES (?, ?)',
  removeWordParts: "INSERT INTO word_parts (word_parts, rowid, parts) VALUES ('delete', ?, ?)",
  wordPartsOption: 'INSERT INTO word_parts (word_parts, rank) VALUES (?, ?)',
  addMessageWords: 'INSERT INTO message_words (rowid, words) VALUES (?, ?)',
  removeMessageWords: "INSERT INTO message_words (message_words, rowid, words) VALUES ('delete', ?, ?)",
  messageWordsOption: 'INSERT INTO message_words (message_words, rank) VALUES (?, ?)',
  anyMessageWith: 'SELECT 1 FROM message_words WHERE message_words MATCH ? LIMIT 1',
  // Numbers are bound as real ones, and FTS5 uses only whole ones to find its place: any other is compared row by row.
  messageHas: 'SELECT 1 FROM message_words WHERE message_words MATCH ? AND rowid = CAST(? AS INTEGER)',
  indexedBetween: `
    SELECT number, room_id AS roomId, author, sent_at AS sentAt, text FROM messages
    WHERE number BETWEEN ? AND ? AND number % ? = 0`,
  indexedAbove: `
    SELECT number, room_id AS roomId, author, sent_at AS sentAt, text FROM messages
    WHERE number > ? ORDER BY number LIMIT ?`,
  // The plus keeps SQLite on the numbers, which is the order that is asked for.
  indexedOfRoom: `
    SELECT number, room_id AS roomId, author, sent_at AS sentAt, text FROM messages
    WHERE number > ? AND +room_id = ? ORDER BY number LIMIT ?`,
  searchIndexed: `
    SELECT m.number, m.room_id, m.author, m.sent_at, m.text FROM message_words w JOIN messages m ON m.number = w.rowid
    WHERE w.message_words MATCH ? AND w.rowid < CAST(? AS INTEGER) ORDER BY w.rowid DESC LIMIT ?`,
  countIndexed: 'SELECT count(*) AS total FROM (SELECT 1 FROM message_words WHERE message_words MATCH ? LIMIT ?)',
  // For what almost every message holds: the messages are read from the newest down.
  searchAll:
    'SELECT number, room_id, author, sent_at, text FROM messages WHERE number < ? ORDER BY number DESC LIMIT ?',
  searchHit: `
    SELECT r.name AS room_name, ${ITEM_COLUMNS}
    FROM messages m JOIN rooms r ON r.room_id = m.room_id ${ITEM_JOINS}
    WHERE m.number = ?`,
} as const;
