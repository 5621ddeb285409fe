import { searchSql } from './search-statements.ts';
import { AUTHOR, ITEMS, MESSAGES, NEWEST_FIRST, OLDEST_FIRST, ROOM } from './statement-parts.ts';

/** An own message that came back from somebody is delivered, though to no device that sent a receipt. */
const SOMEBODY_HAS = '(m.mine = 0 OR m.state BETWEEN 2 AND 3)';

/** What one kind of entries changed of a room. The kind is no parameter: only so the index of that kind is used. */
const changesOf = (kind: 'kind = 4' | 'kind = 8') => `
  SELECT m.id, a.device AS author, n.name AS author_name, m.clock, m.sent_at, m.mine, m.body, p.name AS pinned_name,
         p.changed AS pinned_changed
  FROM messages m CROSS JOIN authors a ON a.number = m.author CROSS JOIN names n ON n.number = m.name
    LEFT JOIN pins p ON p.device_id = a.device
  WHERE m.room = ${ROOM} AND m.${kind} AND m.body IS NOT NULL ORDER BY ${NEWEST_FIRST} LIMIT ?`;

/** Whether an entry of a call that this device was in (`j`) is here and was not deleted; others may have used its id as well. */
const CALL_STANDS = `
  SELECT 1 FROM messages m WHERE m.id = j.call AND m.room = j.room AND m.kind = 6 AND m.held <> 2 AND m.deleted = 0
    AND (m.expires IS NULL OR m.due_at IS NOT NULL)`;
/** Whether any entry of such a call is here; on a busy computer it may come after the call. */
const CALL_IS_HERE = 'SELECT 1 FROM messages m WHERE m.id = j.call AND m.room = j.room AND m.kind = 6';

/** Every statement of the history, in one place, so that a test can ask SQLite how it will run each of them. */
export const sql = {
  rooms: 'SELECT * FROM rooms ORDER BY last_active_at DESC',
  room: 'SELECT * FROM rooms WHERE room_id = ?',
  takeRoom: 'UPDATE rooms SET keep_ms = @keepMs, read_clock = @readClock WHERE room_id = @roomId',
  roomCount: 'SELECT message_count, entry_count FROM rooms WHERE room_id = ?',
  topClock: 'SELECT top_clock FROM rooms WHERE room_id = ?',
  insertRoom: `
    INSERT INTO rooms (room_id, name, host, secret, owner_pub, owner_seed, passphrase, needs_passphrase,
                       listed, created_at, last_active_at)
    VALUES (@room_id, @name, @host, @secret, @owner_pub, @owner_seed, @passphrase, @needs_passphrase,
            @listed, @now, @now)
    ON CONFLICT (room_id) DO UPDATE
      SET secret = excluded.secret, owner_pub = excluded.owner_pub, passphrase = excluded.passphrase,
          needs_passphrase = excluded.needs_passphrase, host = excluded.host
      WHERE length(rooms.secret) = 0`,
  setRoomName: 'UPDATE rooms SET name = ? WHERE room_id = ?',
  // A room that came from another computer of the person gets the entry with its name from there.
  unsignedNames: `
    SELECT r.room_id AS roomId, r.name FROM rooms r
    WHERE r.owner_seed IS NOT NULL AND r.name IS NOT NULL AND r.read_clock = 0
      AND NOT EXISTS (SELECT 1 FROM messages m WHERE m.room = r.number AND m.kind = 8 AND m.body IS NOT NULL)`,
  setListed:
    'UPDATE rooms SET listed = CASE ? WHEN 1 THEN 1 ELSE CASE WHEN listed > 0 THEN 2 ELSE 0 END END WHERE room_id = ?',
  setRoomSecrets:
    'UPDATE rooms SET secret = @secret, owner_seed = @owner_seed, passphrase = @passphrase WHERE room_id = @room_id',
  setDraft: 'UPDATE rooms SET draft = ? WHERE room_id = ?',
  deleteMessage: 'DELETE FROM messages WHERE number = ?',
  deleteMessages: `DELETE FROM messages WHERE author IN (SELECT number FROM authors WHERE room = ${ROOM})`,
  noteDeleted: 'INSERT OR IGNORE INTO deleted_rooms (room_hash) VALUES (?)',
  forgetDeleted: 'DELETE FROM deleted_rooms WHERE room_hash = ?',
  wasDeleted: 'SELECT 1 FROM deleted_rooms WHERE room_hash = ?',
  deleteRoom: 'DELETE FROM rooms WHERE room_id = ?',
  roomGrew: `
    UPDATE rooms SET message_count = message_count + @shown, entry_count = entry_count + @entries, unread = unread + @unread, top_clock = max(top_clock, @clock),
                     last_active_at = max(last_active_at, @at)
    WHERE room_id = @roomId`,
  fewerUnread: 'UPDATE rooms SET unread = max(0, unread - ?) WHERE room_id = ?',

  authorNumber: 'SELECT number FROM authors WHERE room = (SELECT number FROM rooms WHERE room_id = ?) AND device = ?',
  addAuthor: 'INSERT INTO authors (room, device) VALUES ((SELECT number FROM rooms WHERE room_id = @roomId), @device)',
  nameNumber: 'SELECT number FROM names WHERE author = ? AND name = ?',
  addName: 'INSERT INTO names (author, name) VALUES (?, ?)',

  message: `${ITEMS} WHERE a.device = ? AND m.id = ?`,
  entry: `${MESSAGES} WHERE a.device = ? AND m.id = ?`,
  lastMessage: `${ITEMS} WHERE m.room = ${ROOM} AND m.shown = 1 ORDER BY ${NEWEST_FIRST} LIMIT 1`,
  lastSeq: `SELECT max(seq) AS seq FROM messages WHERE author = ${AUTHOR}`,
  countAtSeq: `SELECT count(*) AS count FROM messages WHERE author = ${AUTHOR} AND seq = ?`,
  // Shown and hidden ones, each by the index of its kind.
  countAtClock: `
    SELECT (SELECT count(*) FROM messages WHERE room = a.room AND clock = @clock AND shown = 1 AND +author = a.number)
         + (SELECT count(*) FROM messages WHERE author = a.number AND clock = @clock AND shown = 2) AS count
    FROM authors a WHERE a.room = (SELECT number FROM rooms WHERE room_id = @roomId) AND a.device = @author`,
  ownFloor: 'SELECT seq, clock FROM own_floors WHERE room_hash = ?',
  raiseOwnFloor: `
    INSERT INTO own_floors (room_hash, seq, clock) VALUES (@roomHash, @seq, @clock)
    ON CONFLICT (room_hash) DO UPDATE SET seq = max(seq, excluded.seq), clock = max(clock, excluded.clock)`,
  // Entries that are no texts are counted, and none of them repeats another. A folder is many files at once, and the app
  // notes calls by itself.
  recentOwn: `
    SELECT sent_at, CASE shown WHEN 1 THEN text ELSE hex(id) END AS text FROM messages WHERE author = ${AUTHOR} AND (kind < 5 OR kind = 8)
    ORDER BY seq DESC LIMIT ?`,
  recentOwnCalls: `
    SELECT sent_at, hex(id) AS text FROM
      (SELECT sent_at, id, kind FROM messages WHERE author = ${AUTHOR} ORDER BY seq DESC LIMIT ?)
    WHERE kind BETWEEN 6 AND 7`,
  insertEntry: `
    INSERT INTO messages (id, room, author, name, seq, clock, sent_at, text, sig, mine, state, recorded_at,
                          kind, of_author, of_id, digest, salt, body, shown, held, expires, due_at)
    VALUES (@id, (SELECT room FROM authors WHERE number = @author), @author, @name, @seq, @clock, @sentAt, @text, @sig,
            @mine, @state, @recordedAt, @kind, @ofAuthor, @ofId, @digest, @salt, @body, @shown, @held, @expires, @dueAt)`,
  fillBody: `
    UPDATE messages SET text = @text, salt = @salt, body = @body, digest = NULL, due_at = @dueAt
    WHERE number = @number`,
  eraseBody: 'UPDATE messages SET salt = NULL, body = NULL, digest = @digest WHERE number = @number',
  // An own message that nobody has stays: its words would be lost.
  due: `
    ${MESSAGES} WHERE m.due_at IS NOT NULL AND m.due_at <= ? AND ${SOMEBODY_HAS}
    ORDER BY m.due_at LIMIT ?`,
  expire: `
    UPDATE messages SET text = '', salt = NULL, body = NULL, digest = @digest, edited = 0, shown = 0, held = 1, due_at = NULL
    WHERE number = @number`,
  timer: `
    SELECT m.body FROM messages m CROSS JOIN authors a ON a.number = m.author
    WHERE m.room = ${ROOM} AND m.kind = 4 AND m.body IS NOT NULL ORDER BY ${NEWEST_FIRST} LIMIT 1`,
  timers: changesOf('kind = 4'),
  newestName: `
    SELECT m.body AS name FROM messages m CROSS JOIN authors a ON a.number = m.author
    WHERE m.room = ${ROOM} AND m.kind = 8 AND m.body IS NOT NULL ORDER BY ${NEWEST_FIRST} LIMIT 1`,
  names: changesOf('kind = 8'),
  setKeep: 'UPDATE rooms SET keep_ms = ? WHERE room_id = ?',
  roomsThatForget: 'SELECT room_id, keep_ms FROM rooms WHERE keep_ms > 0',
  // A message is as old as the later of its arrival and its sending, unless it comes from the future. An own one that nobody has stays.
  old: `
    ${MESSAGES} WHERE m.room = (SELECT number FROM rooms WHERE room_id = @roomId) AND m.recorded_at <= @before
      AND m.held = 1 AND m.kind <> 4 AND m.kind <> 8
      AND (m.sent_at <= @before OR m.sent_at > @now) AND (${SOMEBODY_HAS} OR m.seq = 0)
    ORDER BY m.recorded_at LIMIT @limit`,
  entriesOn: `
    ${MESSAGES} WHERE m.of_author = ${AUTHOR} AND m.of_id = ? AND m.kind > 0 AND m.kind < 4 AND m.held = 1
      AND (m.salt IS NOT NULL OR m.held = 0 OR m.kind = 2)`,
  drop: `
    UPDATE messages SET text = '', salt = NULL, body = NULL, edited = 0, deleted = 0, reacted = 0, shown = 0, held = 2,
                        due_at = NULL, sig = x'', digest = NULL
    WHERE number = ?`,
  dropDeliveries: 'DELETE FROM deliveries WHERE message = ?',
  droppedEdit: `
    SELECT 1 FROM messages WHERE of_author = @number AND of_id = @id AND held = 2 AND kind = 1 LIMIT 1`,
  // Whether anything is here of the three above and below: most messages have none.
  anyChange: `
    SELECT 1 WHERE EXISTS (SELECT 1 FROM messages WHERE of_author = @number AND of_id = @id AND kind IN (1, 2) AND kind > 0
                             AND author = @number AND (salt IS NOT NULL OR held = 0 OR kind = 2))
      OR EXISTS (SELECT 1 FROM messages WHERE of_author = @number AND of_id = @id AND held = 2 AND kind = 1)`,
  firstKept:
    'SELECT min(seq) AS seq FROM messages WHERE author = ? AND seq > ? AND held = 1 AND kind <> 4 AND kind <> 8',
  floor: 'SELECT seq FROM floors WHERE author = ?',
  floors: `
    SELECT a.device AS author, f.seq FROM authors a CROSS JOIN floors f ON f.author = a.number
    WHERE a.room = ${ROOM}`,
  setFloor: `
    INSERT INTO floors (author, seq) VALUES (?, ?)
    ON CONFLICT (author) DO UPDATE SET seq = excluded.seq`,
  anythingForgotten: `
    SELECT 1 WHERE EXISTS (SELECT 1 FROM rooms WHERE keep_ms > 0) OR EXISTS (SELECT 1 FROM floors WHERE author > 0)
      OR EXISTS (SELECT 1 FROM messages WHERE due_at > 0)
      OR EXISTS (SELECT 1 FROM messages WHERE room > 0 AND kind = 4 AND body IS NOT NULL)`,
  lowerFloor: 'UPDATE floors SET seq = ? WHERE author = ? AND seq >= ?',
  setText: 'UPDATE messages SET text = @text, edited = @edited, deleted = @deleted WHERE number = @number',
  hold: 'UPDATE messages SET held = 1 WHERE number = ?',
  show: 'UPDATE messages SET shown = ? WHERE number = ?',
  setReacted: `UPDATE messages SET reacted = 1 WHERE author = ${AUTHOR} AND id = ?`,
  noteReacted: `
    UPDATE messages SET reacted = 1 WHERE author = ${AUTHOR} AND id = ?
      AND EXISTS (SELECT 1 FROM messages r WHERE r.of_author = messages.author AND r.of_id = messages.id AND r.kind = 3
                    AND r.kind > 0 AND (r.salt IS NOT NULL OR r.held = 0 OR r.kind = 2))`,
  // The edits or deletions by a message's own author, the newest first, without the edits that were replaced.
  entriesAbout: `
    ${MESSAGES} WHERE m.of_author = @number AND m.of_id = @id AND m.kind = @kind AND m.kind > 0 AND m.author = @number
      AND (m.salt IS NOT NULL OR m.held = 0 OR m.kind = 2)
    ORDER BY m.clock DESC, m.id DESC`,
  countAbout: `
    SELECT count(*) AS count FROM messages WHERE of_author = @ofAuthor AND of_id = @ofId AND kind = @kind AND kind > 0
      AND author = @author AND (salt IS NOT NULL OR held = 0 OR kind = 2)`,
  reactionsTo: `
    SELECT a.device AS author, n.name AS author_name, m.mine, m.body, m.clock, p.name AS pinned_name,
           p.changed AS pinned_changed
    FROM messages m CROSS JOIN authors a ON a.number = m.author CROSS JOIN names n ON n.number = m.name
      LEFT JOIN pins p ON p.device_id = a.device
    WHERE m.of_author = ${AUTHOR} AND m.of_id = ? AND m.kind = 3 AND m.kind > 0
      AND (m.salt IS NOT NULL OR m.held = 0 OR m.kind = 2) AND m.body IS NOT NULL
    ORDER BY m.author, m.clock, m.id`,
  joinCall:
    'INSERT INTO joined_calls (room, call) SELECT number, ? FROM rooms WHERE room_id = ? ON CONFLICT DO NOTHING',
  forgetCall: `
    DELETE FROM joined_calls WHERE room = ${ROOM} AND call = ?
      AND NOT EXISTS (SELECT 1 FROM messages m WHERE m.id = joined_calls.call AND m.room = joined_calls.room
                        AND m.kind = 6 AND m.held <> 2 AND (m.expires IS NULL OR m.due_at IS NOT NULL))`,
  // Only of a call that stands in the conversation: a write that comes after its deletion brings nothing back.
  keepTimeline: `
    INSERT INTO call_timelines (room, call, timeline)
    SELECT j.room, j.call, @timeline FROM joined_calls j
    WHERE j.room = (SELECT number FROM rooms WHERE room_id = @roomId) AND j.call = @callId
      AND (EXISTS (${CALL_STANDS}) OR NOT EXISTS (${CALL_IS_HERE}))
    ON CONFLICT (room, call) DO UPDATE SET timeline = excluded.timeline`,
  timelineOf: `SELECT timeline FROM call_timelines WHERE room = ${ROOM} AND call = ?`,
  forgetTimeline: `
    DELETE FROM call_timelines AS j WHERE j.room = ${ROOM} AND j.call = ? AND NOT EXISTS (${CALL_STANDS})`,
  callFacts: `
    SELECT r.created_at,
           EXISTS (SELECT 1 FROM joined_calls j WHERE j.room = r.number AND j.call = @id) AS joined,
           EXISTS (SELECT 1 FROM call_timelines t WHERE t.room = r.number AND t.call = @id) AS timeline,
           (SELECT max(CAST(m.body AS INTEGER)) FROM messages m
            WHERE m.of_author = (SELECT a.number FROM authors a WHERE a.room = r.number AND a.device = @author)
              AND m.of_id = @id AND m.kind = 7 AND m.kind > 0 AND (m.salt IS NOT NULL OR m.held = 0 OR m.kind = 2)
           ) AS length
    FROM rooms r WHERE r.room_id = @roomId`,
  callAuthor: `
    SELECT a.device AS author FROM messages m CROSS JOIN authors a ON a.number = m.author
    WHERE m.id = ? AND m.room = ${ROOM} AND m.kind = 6 AND m.shown = 1 AND m.deleted = 0
    ORDER BY m.clock, a.device LIMIT 1`,
  callsWithId: `${ITEMS} WHERE m.id = ? AND m.room = ${ROOM} AND m.kind = 6`,
  newestMissed: `
    ${ITEMS} WHERE m.room = ${ROOM} AND m.kind = 6 AND m.mine = 0 AND m.state < 3 AND m.shown = 1 AND m.deleted = 0
    ORDER BY ${NEWEST_FIRST} LIMIT 1`,
  countMissed: `
    SELECT count(*) AS count FROM messages
    WHERE room = ${ROOM} AND kind = 6 AND mine = 0 AND state < 3 AND shown = 1 AND deleted = 0`,
  pageBefore: `
    ${ITEMS} WHERE m.room = ${ROOM} AND m.shown = 1 AND (m.clock, a.device, m.id) < (?, ?, ?)
    ORDER BY ${NEWEST_FIRST} LIMIT ?`,
  pageFrom: `
    ${ITEMS} WHERE m.room = ${ROOM} AND m.shown = 1 AND (m.clock, a.device, m.id) >= (?, ?, ?)
    ORDER BY ${OLDEST_FIRST} LIMIT ?`,
  pageAfter: `
    ${ITEMS} WHERE m.room = ${ROOM} AND m.shown = 1 AND (m.clock, a.device, m.id) > (?, ?, ?)
    ORDER BY ${OLDEST_FIRST} LIMIT ?`,
  // Any of them: the first one in the order of the index is enough.
  anyShownBefore: `
    SELECT 1 FROM messages m CROSS JOIN authors a ON a.number = m.author
    WHERE m.room = ${ROOM} AND m.shown = 1 AND (m.clock, a.device, m.id) < (?, ?, ?) LIMIT 1`,
  anyShownAfter: `
    SELECT 1 FROM messages m CROSS JOIN authors a ON a.number = m.author
    WHERE m.room = ${ROOM} AND m.shown = 1 AND (m.clock, a.device, m.id) > (?, ?, ?) LIMIT 1`,
  unreadTexts: `
    SELECT text FROM messages WHERE room = ${ROOM} AND mine = 0 AND state < 3 AND shown = 1
    ORDER BY clock DESC LIMIT ?`,
  // From the newest down: it stops at the last of as many as the room counts.
  nthUnread: `
    SELECT a.device AS author, m.id FROM messages m CROSS JOIN authors a ON a.number = m.author
    WHERE m.room = ${ROOM} AND m.mine = 0 AND m.state < 3 AND m.shown = 1
    ORDER BY ${NEWEST_FIRST} LIMIT 1 OFFSET ?`,
  firstUnreadClock: `
    SELECT clock FROM messages WHERE room = ${ROOM} AND mine = 0 AND state < 3 AND shown = 1 ORDER BY clock LIMIT 1`,
  // The plus keeps SQLite on the index of the author's seqs, which is the order that is asked for.
  messagesWithin: `
    ${MESSAGES} WHERE m.author = ${AUTHOR} AND m.seq BETWEEN ? AND ? AND m.held = 1 AND +m.clock >= ?
    ORDER BY m.seq LIMIT ?`,
  unreadWithin: `
    SELECT m.number, m.id, a.device AS author, EXISTS (SELECT 1 FROM pins WHERE device_id = a.device) AS met
    FROM messages m CROSS JOIN authors a ON a.number = m.author
    WHERE m.room = ${ROOM} AND (m.clock, a.device) >= (?, ?) AND (m.clock, a.device) <= (?, ?)
      AND m.mine = 0 AND m.state < 3 AND m.shown = 1
    ORDER BY m.clock, a.device`,
  seen: 'UPDATE messages SET state = 3 WHERE number = ?',
  advance: `
    UPDATE messages SET state = CASE WHEN state = 4 THEN @state ELSE max(state, @state) END,
                        delivered_to = delivered_to + @delivered, read_by = read_by + @read
    WHERE number = @number`,

  authors: `
    SELECT a.device AS author FROM authors a
    WHERE a.room = ${ROOM} AND a.device > ? AND a.device <= ? AND EXISTS (SELECT 1 FROM spans WHERE author = a.number)
    ORDER BY a.device`,
  spans: `
    SELECT a.device AS author, s.first, s.last, s.print FROM authors a CROSS JOIN spans s ON s.author = a.number
    WHERE a.room = ${ROOM} AND a.device > ? AND a.device <= ? ORDER BY a.device, s.first`,
  spansOf: `SELECT author AS number, first, last, print FROM spans WHERE author = ${AUTHOR} ORDER BY first`,
  addSpan: 'INSERT INTO spans (author, first, last, print) VALUES (?, ?, ?, ?)',
  growSpan: 'UPDATE spans SET last = ?, print = ? WHERE author = ? AND first = ?',
  entriesWithin: 'SELECT seq, id, held FROM messages WHERE author = ? AND seq BETWEEN ? AND ? ORDER BY seq',
  entriesAt: `
    SELECT m.id, a.device AS author, m.clock, n.name AS author_name, m.mine, p.name AS pinned_name,
           p.changed AS pinned_changed
    FROM messages m CROSS JOIN authors a ON a.number = m.author CROSS JOIN names n ON n.number = m.name
      LEFT JOIN pins p ON p.device_id = a.device
    WHERE m.author = ${AUTHOR} AND m.seq = ?`,
  idsWithin: `
    SELECT seq, id FROM messages WHERE author = ${AUTHOR} AND seq BETWEEN ? AND ? AND held > 0 ORDER BY seq`,
  newestIdsWithin: `
    SELECT seq, id FROM messages WHERE author = ${AUTHOR} AND seq BETWEEN ? AND ? AND held > 0
    ORDER BY seq DESC LIMIT ?`,
  removeSpan: 'DELETE FROM spans WHERE author = ? AND first = ?',

  undeliveredWithin: `
    SELECT m.id FROM messages m
    WHERE m.author = @author AND m.seq <= @last AND m.seq >= @first AND m.seq > @last - @scan AND m.held <> 2
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
    SELECT a.device, d.state, d.delivered_at, d.read_at, p.name AS pinned_name, p.changed AS pinned_changed
    FROM deliveries d CROSS JOIN authors a ON a.number = d.device LEFT JOIN pins p ON p.device_id = a.device
    WHERE d.message = ?`,
  newestBy: `
    SELECT a.device AS author, n.name AS author_name, m.mine, p.name AS pinned_name, p.changed AS pinned_changed
    FROM messages m CROSS JOIN authors a ON a.number = m.author CROSS JOIN names n ON n.number = m.name
      LEFT JOIN pins p ON p.device_id = a.device
    WHERE m.author = ${AUTHOR} ORDER BY m.seq DESC LIMIT 1`,

  pin: 'SELECT * FROM pins WHERE device_id = ?',
  pinsNamed: 'SELECT device_id FROM pins WHERE name_key = ? AND changed = 0',
  pins: 'SELECT device_id, name, verified, changed, last_met_at FROM pins ORDER BY last_met_at DESC LIMIT ?',
  rules: `SELECT record FROM room_rules WHERE room = ${ROOM} ORDER BY signer`,
  removeRules: `DELETE FROM room_rules WHERE room = ${ROOM}`,
  addRules:
    'INSERT INTO room_rules (room, signer, record) SELECT number, @signer, @record FROM rooms WHERE room_id = @roomId',
  devicesIn: `SELECT device FROM authors WHERE room = ${ROOM}`,
  pinsAbove: `
    SELECT device_id, name, verified FROM pins WHERE device_id > ? AND changed = 0 ORDER BY device_id LIMIT ?`,
  setPin: `
    INSERT INTO pins (device_id, name_key, name, verified, changed, first_met_at, last_met_at)
    VALUES (@deviceId, @nameKey, @name, @verified, @changed, @now, @now)
    ON CONFLICT (device_id) DO UPDATE SET name_key = @nameKey, name = @name, verified = @verified,
                                          changed = @changed, last_met_at = @now`,
  // Devices of a person and rooms are few: the entries of each are found by their author.
  blocks: 'SELECT device, blocked_at FROM blocks',
  setBlock: 'INSERT INTO blocks (device, blocked_at) VALUES (?, ?) ON CONFLICT (device) DO NOTHING',
  removeBlock: 'DELETE FROM blocks WHERE device = ?',
  authorDevices: 'SELECT device FROM authors',
  showHidden: `UPDATE messages SET shown = 1, state = 3 WHERE author = ${AUTHOR} AND shown = 2`,
  editedBy: `SELECT of_id FROM messages WHERE author = ${AUTHOR} AND kind = 1 AND of_author = author`,

  verifyPin: 'UPDATE pins SET verified = ?, changed = ? WHERE device_id = ?',

  computerLists: 'SELECT list FROM computer_lists',
  computerDevices: 'SELECT device, person, asked_at, ended_at FROM computer_devices',
  setComputerDevice: `
    INSERT INTO computer_devices (device, person, asked_at, ended_at) VALUES (@device, @person, @askedAt, @endedAt)
    ON CONFLICT (device) DO UPDATE SET asked_at = @askedAt, ended_at = @endedAt`,
  computerLeaves: 'SELECT leave FROM computer_leaves',
  setComputerLeave: `
    INSERT INTO computer_leaves (device, leave) VALUES (?, ?) ON CONFLICT (device) DO UPDATE SET leave = excluded.leave`,
  setComputerList: `
    INSERT INTO computer_lists (person, list) VALUES (?, ?) ON CONFLICT (person) DO UPDATE SET list = excluded.list`,
  computersInDoubt: 'SELECT known FROM computers_in_doubt',
  doubtComputers: 'INSERT OR IGNORE INTO computers_in_doubt (only_row, known) VALUES (1, ?)',
  trustComputers: 'DELETE FROM computers_in_doubt',

  servers: 'SELECT host, name, kind, credential, lost, added_at FROM servers',
  insertServer: 'INSERT INTO servers (host, name, added_at) VALUES (?, ?, ?) ON CONFLICT (host) DO NOTHING',
  renameServer: 'UPDATE servers SET name = ? WHERE host = ?',
  setRight: 'UPDATE servers SET kind = @kind, credential = @credential, lost = @lost WHERE host = @host',
  deleteServer: 'DELETE FROM servers WHERE host = ?',

  ...searchSql,
} as const;
