import type { Locator } from 'playwright-core';
import type { Participant } from './participant.ts';

/** Moves of people with servers that somebody hosts, by the names on the screen. */

/** From the pre-join screen of a room that was just made to the room itself, without a call. */
export async function skipCall(one: Participant): Promise<void> {
  await one.page.getByRole('button', { name: 'Cancel' }).click();
  await one.page.getByRole('button', { name: 'Invite people' }).first().waitFor();
}

/** Makes a room on a server of the list, without a call. */
export async function makeRoom(one: Participant, name: string, server: string): Promise<void> {
  await one.goHome();
  await one.createRoom(name, { server });
  await skipCall(one);
}

const pressJoin = (one: Participant) => one.page.getByRole('button', { name: 'Join room' }).click();

/** Presses 'Join room' in the lobby and answers the server's question for a personal invitation. */
export async function joinWithInvitation(one: Participant, room: string, invitation: string): Promise<void> {
  await pressJoin(one);
  await one.page.getByRole('textbox', { name: /^Your invitation to the server/ }).fill(invitation);
  await pressJoin(one);
  await one.page.getByRole('heading', { level: 1, name: room }).waitFor();
}

/** Presses 'Join room' in the lobby and answers the server's question for its password. */
export async function answerPassword(one: Participant, password: string): Promise<void> {
  const field = one.page.getByLabel(/^Password of the server/);
  if (!(await field.isVisible())) await pressJoin(one);
  await field.fill(password);
  await pressJoin(one);
}

/** Waits until the open room says that the host of its server revoked this person's right. */
export const waitRevoked = (one: Participant): Promise<string> => one.waitStatus(/took your invitation back/);

/** Waits until Settings → Servers says of `server` that the right was revoked; answers its card. */
export async function revokedCard(one: Participant, server: string): Promise<Locator> {
  const card = one.serverCard(server);
  await card.getByText('took your invitation back').waitFor();
  return card;
}

/** From the room that says so, over 'Get in again', back into the server with a new invitation. */
export async function getInAgain(one: Participant, server: string, invitation: string): Promise<void> {
  await one.page.getByRole('button', { name: 'Get in again' }).click();
  const card = await revokedCard(one, server);
  await card.getByRole('textbox', { name: 'New invitation to this server' }).fill(invitation);
  await card.getByRole('button', { name: 'Use this invitation' }).click();
  await card.getByText('Connected').waitFor();
}

/** Has a server of the list checked and waits for the fact that the check found. */
export async function checkFinds(one: Participant, server: string, fact: string): Promise<void> {
  await one.openServers();
  await one.page.getByRole('button', { name: `Check ${server}` }).click();
  await one.serverCard(server).getByText(fact).waitFor();
}

/** Opens the list of rooms of a server; answers its search field. */
export async function openListedRooms(one: Participant, server: string): Promise<Locator> {
  await checkFinds(one, server, 'Keeps a list of rooms');
  await one.serverCard(server).getByRole('button', { name: 'Listed rooms' }).click();
  const search = one.page.getByRole('searchbox');
  await search.waitFor();
  return search;
}

/** Joins a room of the open list with its passphrase, after reading who could listen. */
export async function joinListed(one: Participant, room: string, passphrase: string): Promise<void> {
  await one.page.getByRole('button', { name: `Join ${room}` }).click();
  const dialog = one.page.getByRole('dialog', { name: `Join ${room}` });
  await dialog.getByText('everybody there sees its name').waitFor();
  await dialog.getByLabel('Passphrase of the room').fill(passphrase);
  await dialog.getByRole('button', { name: 'Join room' }).click();
  await one.page.getByRole('button', { name: 'Invite people' }).waitFor();
}
