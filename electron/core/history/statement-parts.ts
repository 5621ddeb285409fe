/** A message with the names behind its numbers. From the message to those, whatever SQLite would choose. */
const MESSAGE_COLUMNS = `
  m.number, m.id, r.room_id, a.device AS author, n.name AS author_name, m.seq, m.clock, m.sent_at, m.text, m.sig, m.mine,
  m.state, m.delivered_to, m.read_by, m.kind, oa.device AS of_author, m.of_id, m.digest, m.salt, m.body, m.shown, m.held,
  m.edited, m.deleted, m.reacted, m.expires, m.due_at`;
const MESSAGE_JOINS = `
  CROSS JOIN authors a ON a.number = m.author
  CROSS JOIN rooms r ON r.number = m.room
  CROSS JOIN names n ON n.number = m.name
  LEFT JOIN authors oa ON oa.number = m.of_author`;
export const MESSAGES = `SELECT ${MESSAGE_COLUMNS} FROM messages m ${MESSAGE_JOINS}`;

/** Messages with what is known of their authors' devices, and of the messages that they answer. */
export const ITEM_COLUMNS = `
  ${MESSAGE_COLUMNS}, p.name AS pinned_name, p.changed AS pinned_changed,
  qn.name AS quoted_name, q.text AS quoted_text, q.mine AS quoted_mine, q.expires AS quoted_expires,
  qp.name AS quoted_pinned_name, qp.changed AS quoted_pinned_changed`;
export const ITEM_JOINS = `
  ${MESSAGE_JOINS}
  LEFT JOIN pins p ON p.device_id = a.device
  LEFT JOIN messages q ON q.author = m.of_author AND q.id = m.of_id AND q.shown = 1
  LEFT JOIN names qn ON qn.number = q.name
  LEFT JOIN pins qp ON q.number IS NOT NULL AND qp.device_id = oa.device`;
export const ITEMS = `SELECT ${ITEM_COLUMNS} FROM messages m ${ITEM_JOINS}`;

/** The numbers of a room by its id, and of an author in it. */
export const ROOM = '(SELECT number FROM rooms WHERE room_id = ?)';
export const AUTHOR = `(SELECT number FROM authors WHERE room = ${ROOM} AND device = ?)`;
/** The order of a room. Few messages share a clock, so those are sorted as they are read. */
export const OLDEST_FIRST = 'm.clock, a.device, m.id';
export const NEWEST_FIRST = 'm.clock DESC, a.device DESC, m.id DESC';
