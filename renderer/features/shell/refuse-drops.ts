/** Whether text may be dropped there: a browser follows a link that is dropped on any other field. */
const takesText = (target: EventTarget | null): boolean =>
  (target instanceof HTMLTextAreaElement ||
    (target instanceof HTMLInputElement && ['text', 'search', 'password', 'url'].includes(target.type))) &&
  !target.disabled &&
  !target.readOnly;

/**
 * Keeps what is dropped on the page from leaving it: a browser opens a file or a link in the page's place. Text may still be
 * dragged into a field. Returns the undo.
 */
export function refuseDrops(page: Pick<Document, 'addEventListener' | 'removeEventListener'>): () => void {
  const refuse = (event: DragEvent): void => {
    // A field that takes a picture has said so.
    if (event.defaultPrevented) return;
    const hasFiles = event.dataTransfer?.types.includes('Files') ?? false;
    if (!hasFiles && takesText(event.target)) return;
    event.preventDefault();
    if (event.dataTransfer) event.dataTransfer.dropEffect = 'none';
  };
  page.addEventListener('dragover', refuse);
  page.addEventListener('drop', refuse);
  return () => {
    page.removeEventListener('dragover', refuse);
    page.removeEventListener('drop', refuse);
  };
}
