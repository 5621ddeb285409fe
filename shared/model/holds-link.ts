/** Whether a text holds an address that a person may be offered to open: https or mailto. */
export const holdsLink = (text: string): boolean => /(?:https:\/\/|mailto:)[^\s<>"'`]/iu.test(text);
