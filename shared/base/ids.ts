import type { z } from 'zod';
import { base64UrlOf } from './bytes.ts';

/** First 16 bytes of SHA-256 over the members' and the owner's public key: the server can check who is which. */
export const RoomId = base64UrlOf(16).brand<'RoomId'>();
export type RoomId = z.infer<typeof RoomId>;

/** Public name of one session of a device in a room, chosen by the server. It is not the socket's id. */
export const ParticipantId = base64UrlOf(16).brand<'ParticipantId'>();
export type ParticipantId = z.infer<typeof ParticipantId>;

/** Secret that proves a returning participant to the server; 32 random bytes. Never logged, never shown. */
export const ResumeToken = base64UrlOf(32).brand<'ResumeToken'>();
export type ResumeToken = z.infer<typeof ResumeToken>;

/** An installation's Ed25519 public key. */
export const DeviceId = base64UrlOf(32).brand<'DeviceId'>();
export type DeviceId = z.infer<typeof DeviceId>;

/** 16 random bytes chosen by the author. Recording a message twice is recording it once. */
export const MessageId = base64UrlOf(16).brand<'MessageId'>();
export type MessageId = z.infer<typeof MessageId>;

/** Idempotency id of a relayed signal; 16 random bytes. */
export const SignalId = base64UrlOf(16).brand<'SignalId'>();
export type SignalId = z.infer<typeof SignalId>;

/** One call in a room, from the first participant with media to the last; 16 random bytes. */
export const CallId = base64UrlOf(16).brand<'CallId'>();
export type CallId = z.infer<typeof CallId>;

/** One file that somebody offered: 16 bytes of a hash over its author and content, so that nobody else can take the id. */
export const FileId = base64UrlOf(16).brand<'FileId'>();
export type FileId = z.infer<typeof FileId>;

/** One recording of a call, or one picture of it, on this computer; 16 random bytes. */
export const RecordingId = base64UrlOf(16).brand<'RecordingId'>();
export type RecordingId = z.infer<typeof RecordingId>;

/** One stay of a call at a receiver that shows it live; 16 random bytes. */
export const LiveId = base64UrlOf(16).brand<'LiveId'>();
export type LiveId = z.infer<typeof LiveId>;
